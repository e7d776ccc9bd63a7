import { CONFIG_MAP, DEFINITION, DEPLOYMENT, GIZMO, POD } from './manifests.ts';
import type { Scenario } from './scenario.ts';

/** Commands that print something else against the embedded cluster, and why they may. A difference that is gone fails its test. */
export const KNOWN_DIFFERENCES: readonly (Scenario & { readonly why: string })[] = [
  {
    title: 'autoscale',
    why: 'autoscaling/v1 is not served, only v2',
    files: { 'deploy.yaml': DEPLOYMENT },
    steps: ['apply -f deploy.yaml', 'autoscale deploy web --min=1 --max=3'],
  },
  {
    title: 'exec and port-forward',
    why: 'nothing runs in the embedded cluster that could be connected to',
    files: { 'pod.yaml': POD },
    steps: ['apply -f pod.yaml', 'exec worker -- date'],
  },
  {
    title: 'explain with descriptions',
    why: 'the schemas of built-in kinds carry no descriptions',
    steps: ['explain deployment.spec.replicas'],
  },
  {
    title: 'api-resources',
    why: "the kinds of the core, and Flux's custom resources without their definitions",
    steps: ['api-resources -o name'],
  },
  {
    title: 'cluster addresses',
    why: 'no addresses are given to services',
    steps: ['create service clusterip web --tcp=80', 'get svc web -o wide'],
  },
  {
    title: 'a strategic merge patch with a value of a wrong type',
    why: 'the words of the JSON decoder stand for those of the patch decoder',
    files: { 'cm.yaml': CONFIG_MAP },
    steps: ['apply -f cm.yaml', `patch cm settings -p '{"data":{"color":1}}'`],
  },
  {
    title: 'an unknown field in a custom resource',
    why: 'the refused object is printed with its fields in another order',
    files: {
      'crd.yaml': DEFINITION,
      'one.yaml': GIZMO,
      'unknown.yaml': GIZMO.replace('size: 3', 'size: 3\n  weight: 1'),
    },
    steps: [
      'apply -f crd.yaml',
      'wait --for=condition=Established crd/gizmos.shop.example.com --timeout=10s',
      'apply -f one.yaml',
      'apply -f unknown.yaml',
      'delete -f crd.yaml',
    ],
  },
];
