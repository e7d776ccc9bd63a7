import { kustomizationFile } from './kustomization-file.ts';
import { inManifests, type ScaffoldFile, type ScaffoldPlan } from './scaffold-plan.ts';

/** A web server with one page, to see a save arrive. */
export function sampleFiles(plan: ScaffoldPlan): readonly ScaffoldFile[] {
  const at = (path: string): string => inManifests(plan, `apps/${path}`);
  return [
    { path: at('kustomization.yaml'), text: kustomizationFile(['hello']) },
    {
      path: at('hello/kustomization.yaml'),
      text: kustomizationFile(['namespace.yaml', 'page.yaml', 'deployment.yaml', 'service.yaml']),
    },
    { path: at('hello/namespace.yaml'), text: 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: hello\n' },
    { path: at('hello/page.yaml'), text: PAGE },
    { path: at('hello/deployment.yaml'), text: DEPLOYMENT },
    { path: at('hello/service.yaml'), text: SERVICE },
  ];
}

const PAGE = `apiVersion: v1
kind: ConfigMap
metadata:
  name: page
  namespace: hello
data:
  index.html: |
    <h1>Hello</h1>
`;

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: hello
  namespace: hello
spec:
  replicas: 1
  selector:
    matchLabels:
      app: hello
  template:
    metadata:
      labels:
        app: hello
    spec:
      containers:
        - name: web
          image: nginxinc/nginx-unprivileged:1.29-alpine
          ports:
            - name: http
              containerPort: 8080
          readinessProbe:
            httpGet:
              path: /
              port: http
          resources:
            requests:
              cpu: 10m
              memory: 16Mi
            limits:
              memory: 64Mi
          volumeMounts:
            - name: page
              mountPath: /usr/share/nginx/html
      volumes:
        - name: page
          configMap:
            name: page
`;

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: hello
  namespace: hello
spec:
  selector:
    app: hello
  ports:
    - name: http
      port: 80
      targetPort: http
`;
