/** Argo CD compares the Application again at once, and takes the annotation away when it has: `normal`, or `hard` past its caches. */
export const REFRESH = 'argocd.argoproj.io/refresh';
/** Paths whose changes concern the Application, `;` between them: relative to `path`, or from the root with a leading `/`. */
export const MANIFEST_GENERATE_PATHS = 'argocd.argoproj.io/manifest-generate-paths';
/** `<application>:<group>/<kind>:<namespace>/<name>` on each object that an Application made. */
export const TRACKING_ID = 'argocd.argoproj.io/tracking-id';
/** The same as a label, with the Application's name alone; older installations track by it. */
export const INSTANCE_LABEL = 'app.kubernetes.io/instance';
/** The controller leaves an Application alone that says `true`. */
export const SKIP_RECONCILE = 'argocd.argoproj.io/skip-reconcile';
/** Ours, set together with the refresh: whose request it was that the controller has taken when the refresh is gone. */
export const REQUESTED_AT = 'reconcile-machine.dev/requested-at';
