package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"html"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"gopkg.in/yaml.v3"
)

// How long an agent that is silent still counts as connected, and how often it speaks.
const (
	agentPatience = 6 * time.Second
	agentBeat     = time.Second
)

// jenkinsAgents are the nodes of the configuration as code. What runs over a connection is ours: no build ever does.
type jenkinsAgents struct {
	mutex    sync.Mutex
	key      []byte
	labels   map[string]string
	beats    map[string]time.Time
	isPaused map[string]bool
}

func newJenkinsAgents(key []byte, labels map[string]string) *jenkinsAgents {
	return &jenkinsAgents{key: key, labels: labels, beats: map[string]time.Time{}, isPaused: map[string]bool{}}
}

// cascFiles are the files of the "configuration as code": one, or all of a folder.
func cascFiles() []string {
	path := os.Getenv("CASC_JENKINS_CONFIG")
	if path == "" {
		return nil
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "*.y*ml")
	}
	files, _ := filepath.Glob(path)
	return files
}

// jenkinsNodes reads the labels of the permanent nodes by their names.
func jenkinsNodes() map[string]string {
	nodes := map[string]string{}
	for _, file := range cascFiles() {
		var tree struct {
			Jenkins struct {
				Nodes []struct {
					Permanent struct {
						Name        string
						LabelString string `yaml:"labelString"`
						Launcher    string
					}
				}
			}
		}
		content, err := os.ReadFile(file)
		if err == nil {
			err = yaml.Unmarshal(content, &tree)
		}
		if err != nil {
			log.Fatalf("configuration as code: %s: %v", file, err)
		}
		for _, node := range tree.Jenkins.Nodes {
			if node.Permanent.Launcher != "inbound" {
				log.Fatalf("configuration as code: %s: a node that is not inbound", file)
			}
			nodes[node.Permanent.Name] = node.Permanent.LabelString
		}
	}
	return nodes
}

func (a *jenkinsAgents) secret(name string) string {
	mac := hmac.New(sha256.New, a.key)
	mac.Write([]byte(name))
	return hex.EncodeToString(mac.Sum(nil))
}

// beat is the stand-in's own: an agent says that it is there, with its secret and without a user.
func (a *jenkinsAgents) beat(w http.ResponseWriter, r *http.Request, name string) {
	if _, known := a.labels[name]; !known || r.Method != "POST" || !sameText(a.secret(name), r.Header.Get("Agent-Secret")) {
		http.Error(w, "no such agent, or not its secret", http.StatusForbidden)
		return
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if time.Since(a.beats[name]) > agentPatience {
		log.Printf("agent %s is connected", name)
	}
	a.beats[name] = time.Now()
}

// serve answers what an agent asks for as the admin, below /computer/NAME.
func (a *jenkinsAgents) serve(w http.ResponseWriter, r *http.Request, name, rest, crumb string) {
	label, known := a.labels[name]
	if !known {
		http.NotFound(w, r)
		return
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	switch {
	case rest == "jenkins-agent.jnlp":
		w.Header().Set("Content-Type", "application/x-java-jnlp-file")
		fmt.Fprintf(w, "<jnlp><application-desc><argument>%s</argument><argument>%s</argument></application-desc></jnlp>\n",
			a.secret(name), html.EscapeString(name))
	case rest == "api/json":
		offline := a.isPaused[name] || time.Since(a.beats[name]) > agentPatience
		writeJSON(w, 200, object{"_class": "hudson.slaves.SlaveComputer", "displayName": name, "offline": offline, "idle": true,
			"temporarilyOffline": a.isPaused[name], "assignedLabels": []object{{"name": label}, {"name": name}}})
	case rest == "toggleOffline" && r.Method == "POST" && sameText(crumb, r.Header.Get("Jenkins-Crumb")):
		a.isPaused[name] = !a.isPaused[name]
		log.Printf("agent %s: %v, %q", name, map[bool]string{true: "no more work", false: "may have work"}[a.isPaused[name]], r.FormValue("offlineMessage"))
		http.Redirect(w, r, "..", http.StatusFound)
	case rest == "toggleOffline":
		http.Error(w, "No valid crumb was included in the request", http.StatusForbidden)
	default:
		http.NotFound(w, r)
	}
}

var computerPath = regexp.MustCompile(`^/computer/([^/]+)/(.+)$`)

// jenkinsAgent takes the place of `java -jar agent.jar -url URL -name NAME -secret @FILE`: tells the controller that it is there, as
// long as it runs.
func jenkinsAgent() {
	arguments := os.Args[2:]
	for len(arguments) > 0 && arguments[0] != "-jar" { // options of the virtual machine
		arguments = arguments[1:]
	}
	flags := flag.NewFlagSet("agent.jar", flag.ExitOnError)
	flags.String("jar", "", "")
	url := flags.String("url", "", "")
	name := flags.String("name", "", "")
	secret := flags.String("secret", "", "")
	flags.Bool("webSocket", false, "")
	workDir := flags.String("workDir", "", "")
	flags.Parse(arguments)
	content, err := os.ReadFile(strings.TrimPrefix(*secret, "@"))
	if err != nil || *workDir == "" {
		log.Fatalf("-secret @FILE and -workDir are needed: %v", err)
	}
	if err := os.MkdirAll(filepath.Join(*workDir, "remoting"), 0o755); err != nil {
		log.Fatal(err)
	}
	for state := ""; ; time.Sleep(agentBeat) {
		now := agentTry(strings.TrimRight(*url, "/")+"/stand-in/agents/"+*name, string(content))
		if now != state {
			log.Print(now)
		}
		state = now
	}
}

func agentTry(url, secret string) string {
	request, err := http.NewRequest("POST", url, nil)
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Agent-Secret", secret)
	client := &http.Client{Timeout: 5 * time.Second}
	answer, err := client.Do(request)
	if err != nil {
		return "INFO: Could not locate server: " + err.Error()
	}
	defer answer.Body.Close()
	io.Copy(io.Discard, answer.Body)
	if answer.StatusCode != 200 {
		log.Fatalf("SEVERE: %s", answer.Status) // the product gives up on a wrong secret too
	}
	return "INFO: Connected"
}
