/**
 * The reference a service is asked to run. Where a registry answers, the provider has Swarm keep the digest that a tag meant
 * on create; asking for the bare tag again would be a change, and replace the tasks. A tag is looked up anew when the setting
 * changes.
 */
export function keptImage(wanted: string, running: string | undefined): string {
  const name = familiar(wanted);
  return running === name || running?.startsWith(`${name}@sha256:`) === true ? running : wanted;
}

/** As Docker writes it down: without its own registry, and never without a tag or a digest. */
function familiar(reference: string): string {
  const short = reference.replace(/^docker\.io\/(?:library\/)?/, "");
  return /[:@][^/]*$/.test(short) ? short : `${short}:latest`;
}
