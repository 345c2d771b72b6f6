//go:build tools

// Package tools keeps Docker Compose among the requirements of this module.
package tools

import _ "github.com/docker/compose/v2/cmd"
