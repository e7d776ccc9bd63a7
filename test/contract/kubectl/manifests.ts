/** Manifests that several scenarios use. */
export const CONFIG_MAP = `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  labels:
    app: shop
data:
  color: blue
  size: "3"
`;

export const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels:
    app: web
spec:
  replicas: 2
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: nginx:1
          ports:
            - containerPort: 80
`;

export const SECRET = `apiVersion: v1
kind: Secret
metadata:
  name: access
stringData:
  password: swordfish
`;

/** Headless, so that no address is given to it. */
export const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  clusterIP: None
  selector:
    app: web
  ports:
    - port: 80
      targetPort: 8080
`;

export const POD = `apiVersion: v1
kind: Pod
metadata:
  name: worker
spec:
  containers:
    - name: work
      image: busybox
`;

export const DEFINITION = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: gizmos.shop.example.com
spec:
  group: shop.example.com
  scope: Namespaced
  names:
    kind: Gizmo
    plural: gizmos
    singular: gizmo
    shortNames: [gz]
    categories: [all]
  versions:
    - name: v1
      served: true
      storage: true
      subresources:
        status: {}
        scale:
          specReplicasPath: .spec.replicas
          statusReplicasPath: .status.replicas
      additionalPrinterColumns:
        - name: Size
          type: integer
          jsonPath: .spec.size
        - name: Ready
          type: string
          jsonPath: .status.conditions[?(@.type=="Ready")].status
        - name: Color
          type: string
          jsonPath: .spec.color
          priority: 1
      schema:
        openAPIV3Schema:
          type: object
          required: [spec]
          properties:
            spec:
              type: object
              required: [size]
              properties:
                size:
                  type: integer
                  minimum: 1
                color:
                  type: string
                  enum: [red, green]
                  default: red
                replicas:
                  type: integer
            status:
              type: object
              properties:
                replicas:
                  type: integer
                conditions:
                  type: array
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [type]
                  items:
                    type: object
                    required: [type, status]
                    properties:
                      type:
                        type: string
                      status:
                        type: string
`;

export const GIZMO = `apiVersion: shop.example.com/v1
kind: Gizmo
metadata:
  name: one
spec:
  size: 3
`;
