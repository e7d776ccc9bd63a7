/** `oci://host:port/team/apps` and the same at another host are one repository: a registry often has another address in the cluster. */
export function repositoryOf(url: string): string {
  return url.replace(/^oci:\/\/[^/]*\//, '').replace(/\/+$/, '');
}
