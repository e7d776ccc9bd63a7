/**
 * What is known of one field: the part of OpenAPI v3 with Kubernetes' extensions that decides how it is checked, merged and owned.
 * Built-in kinds and CustomResourceDefinitions have the same shape.
 */
export interface FieldSchema {
  /** A definition of Kubernetes' own (`core.v1.PodSpec`); these may refer to themselves, so the schema can be a cyclic graph. */
  readonly name?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  /** OpenAPI's, and for Kubernetes' own kinds also `quantity` and `micro-time`. */
  readonly format?: string;
  readonly nullable?: boolean;
  /** x-kubernetes-int-or-string */
  readonly intOrString?: boolean;
  /** x-kubernetes-preserve-unknown-fields */
  readonly preserveUnknownFields?: boolean;
  /** x-kubernetes-embedded-resource */
  readonly embeddedResource?: boolean;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  /** The values of a map; `true` allows anything. */
  readonly additionalProperties?: FieldSchema | true;
  readonly items?: FieldSchema;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  /** x-kubernetes-list-type; atomic when absent. */
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly listMapKeys?: readonly string[];
  /** x-kubernetes-map-type; granular when absent. */
  readonly mapType?: 'granular' | 'atomic';
  /** x-kubernetes-patch-strategy, e.g. `merge`, `merge,retainKeys`, `replace`. */
  readonly patchStrategy?: string;
  /** x-kubernetes-patch-merge-key */
  readonly patchMergeKey?: string;
  /**
   * Kubernetes' own kinds: what Go makes of an absent or zero value. `dropped`: it is left out; `kept`: it is written, be it as zero. Otherwise the field
   * is as given.
   */
  readonly zero?: 'dropped' | 'kept';
  readonly allOf?: readonly FieldSchema[];
  readonly anyOf?: readonly FieldSchema[];
  readonly oneOf?: readonly FieldSchema[];
  readonly not?: FieldSchema;
  /** x-kubernetes-validations are declared here or below; they are not evaluated. */
  readonly hasRules?: true;
}
