// Made by scripts/kubernetes-protobuf.ts from the protobuf definitions and Go types of Kubernetes (Apache-2.0): do not edit.
// One message a line; message-fields.ts reads them.
export const KUBERNETES_MESSAGES = `
apiextensions.v1.CustomResourceColumnDefinition:1s! name,2s! type,3s format,4s description,5i priority,6s! jsonPath
apiextensions.v1.CustomResourceConversion:1s! strategy,2@apiextensions.v1.WebhookConversion webhook
apiextensions.v1.CustomResourceDefinition:1@meta.v1.ObjectMeta metadata,2@apiextensions.v1.CustomResourceDefinitionSpec spec,3@apiextensions.v1.CustomResourceDefinitionStatus status
apiextensions.v1.CustomResourceDefinitionCondition:1s! type,2s! status,3t lastTransitionTime,4s reason,5s message,6i observedGeneration
apiextensions.v1.CustomResourceDefinitionNames:1s! plural,2s singular,3*s shortNames,4s! kind,5s listKind,6*s categories
apiextensions.v1.CustomResourceDefinitionSpec:1s! group,3@apiextensions.v1.CustomResourceDefinitionNames names,4s! scope,7*@apiextensions.v1.CustomResourceDefinitionVersion versions,9@apiextensions.v1.CustomResourceConversion conversion,10b preserveUnknownFields
apiextensions.v1.CustomResourceDefinitionStatus:1*@apiextensions.v1.CustomResourceDefinitionCondition conditions,2@apiextensions.v1.CustomResourceDefinitionNames acceptedNames,3*s storedVersions,4i observedGeneration
apiextensions.v1.CustomResourceDefinitionVersion:1s! name,2b! served,3b! storage,7b deprecated,8s! deprecationWarning,4@apiextensions.v1.CustomResourceValidation schema,5@apiextensions.v1.CustomResourceSubresources subresources,6*@apiextensions.v1.CustomResourceColumnDefinition additionalPrinterColumns,9*@apiextensions.v1.SelectableField selectableFields
apiextensions.v1.CustomResourceSubresourceScale:1s! specReplicasPath,2s! statusReplicasPath,3s! labelSelectorPath
apiextensions.v1.CustomResourceSubresourceStatus:
apiextensions.v1.CustomResourceSubresources:1@apiextensions.v1.CustomResourceSubresourceStatus status,2@apiextensions.v1.CustomResourceSubresourceScale scale
apiextensions.v1.CustomResourceValidation:1@apiextensions.v1.JSONSchemaProps openAPIV3Schema
apiextensions.v1.ExternalDocumentation:1s description,2s url
apiextensions.v1.JSONSchemaProps:1s id,2s $schema,3s! $ref,4s description,5s type,6s format,7s title,8r default,9d! maximum,10b exclusiveMaximum,11d! minimum,12b exclusiveMinimum,13i! maxLength,14i! minLength,15s pattern,16i! maxItems,17i! minItems,18b uniqueItems,19d! multipleOf,20*r enum,21i! maxProperties,22i! minProperties,23*s required,24|apiextensions.v1.JSONSchemaPropsOrArray items,25*@apiextensions.v1.JSONSchemaProps allOf,26*@apiextensions.v1.JSONSchemaProps oneOf,27*@apiextensions.v1.JSONSchemaProps anyOf,28@apiextensions.v1.JSONSchemaProps not,29%@apiextensions.v1.JSONSchemaProps properties,30|apiextensions.v1.JSONSchemaPropsOrBool additionalProperties,31%@apiextensions.v1.JSONSchemaProps patternProperties,32%|apiextensions.v1.JSONSchemaPropsOrStringArray dependencies,33|apiextensions.v1.JSONSchemaPropsOrBool additionalItems,34%@apiextensions.v1.JSONSchemaProps definitions,35@apiextensions.v1.ExternalDocumentation externalDocs,36r example,37b nullable,38b! x-kubernetes-preserve-unknown-fields,39b x-kubernetes-embedded-resource,40b x-kubernetes-int-or-string,41*s x-kubernetes-list-map-keys,42s! x-kubernetes-list-type,43s! x-kubernetes-map-type,44*@apiextensions.v1.ValidationRule x-kubernetes-validations
apiextensions.v1.JSONSchemaPropsOrArray:1@apiextensions.v1.JSONSchemaProps schema,2*@apiextensions.v1.JSONSchemaProps jSONSchemas
apiextensions.v1.JSONSchemaPropsOrBool:1b! allows,2@apiextensions.v1.JSONSchemaProps schema
apiextensions.v1.JSONSchemaPropsOrStringArray:1@apiextensions.v1.JSONSchemaProps schema,2*s property
apiextensions.v1.SelectableField:1s! jsonPath
apiextensions.v1.ServiceReference:1s! namespace,2s! name,3s! path,4i! port
apiextensions.v1.ValidationRule:1s! rule,2s message,3s messageExpression,4s! reason,5s fieldPath,6b! optionalOldSelf
apiextensions.v1.WebhookClientConfig:3s! url,1@apiextensions.v1.ServiceReference service,2y caBundle
apiextensions.v1.WebhookConversion:2@apiextensions.v1.WebhookClientConfig clientConfig,3*s conversionReviewVersions
apps.v1.ControllerRevision:1@meta.v1.ObjectMeta metadata,2r data,3i! revision
apps.v1.DaemonSet:1@meta.v1.ObjectMeta metadata,2@apps.v1.DaemonSetSpec spec,3@apps.v1.DaemonSetStatus status
apps.v1.DaemonSetCondition:1s! type,2s! status,3t lastTransitionTime,4s reason,5s message
apps.v1.DaemonSetSpec:1@meta.v1.LabelSelector selector,2@core.v1.PodTemplateSpec template,3@apps.v1.DaemonSetUpdateStrategy updateStrategy,4i minReadySeconds,6i! revisionHistoryLimit
apps.v1.DaemonSetStatus:1i! currentNumberScheduled,2i! numberMisscheduled,3i! desiredNumberScheduled,4i! numberReady,5i observedGeneration,6i updatedNumberScheduled,7i numberAvailable,8i numberUnavailable,9i! collisionCount,10*@apps.v1.DaemonSetCondition conditions
apps.v1.DaemonSetUpdateStrategy:1s type,2@apps.v1.RollingUpdateDaemonSet rollingUpdate
apps.v1.Deployment:1@meta.v1.ObjectMeta metadata,2@apps.v1.DeploymentSpec spec,3@apps.v1.DeploymentStatus status
apps.v1.DeploymentCondition:1s! type,2s! status,6t lastUpdateTime,7t lastTransitionTime,4s reason,5s message
apps.v1.DeploymentSpec:1i! replicas,2@meta.v1.LabelSelector selector,3@core.v1.PodTemplateSpec template,4@apps.v1.DeploymentStrategy strategy,5i minReadySeconds,6i! revisionHistoryLimit,7b paused,9i! progressDeadlineSeconds
apps.v1.DeploymentStatus:1i observedGeneration,2i replicas,3i updatedReplicas,7i readyReplicas,4i availableReplicas,5i unavailableReplicas,9i! terminatingReplicas,6*@apps.v1.DeploymentCondition conditions,8i! collisionCount
apps.v1.DeploymentStrategy:1s type,2@apps.v1.RollingUpdateDeployment rollingUpdate
apps.v1.ReplicaSet:1@meta.v1.ObjectMeta metadata,2@apps.v1.ReplicaSetSpec spec,3@apps.v1.ReplicaSetStatus status
apps.v1.ReplicaSetCondition:1s! type,2s! status,3t lastTransitionTime,4s reason,5s message
apps.v1.ReplicaSetSpec:1i! replicas,4i minReadySeconds,2@meta.v1.LabelSelector selector,3@core.v1.PodTemplateSpec template
apps.v1.ReplicaSetStatus:1i! replicas,2i fullyLabeledReplicas,4i readyReplicas,5i availableReplicas,7i! terminatingReplicas,3i observedGeneration,6*@apps.v1.ReplicaSetCondition conditions
apps.v1.RollingUpdateDaemonSet:1x maxUnavailable,2x maxSurge
apps.v1.RollingUpdateDeployment:1x maxUnavailable,2x maxSurge
apps.v1.RollingUpdateStatefulSetStrategy:1i! partition,2x maxUnavailable
apps.v1.StatefulSet:1@meta.v1.ObjectMeta metadata,2@apps.v1.StatefulSetSpec spec,3@apps.v1.StatefulSetStatus status
apps.v1.StatefulSetCondition:1s! type,2s! status,3t lastTransitionTime,4s reason,5s message
apps.v1.StatefulSetOrdinals:1i! start
apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy:1s whenDeleted,2s whenScaled
apps.v1.StatefulSetSpec:1i! replicas,2@meta.v1.LabelSelector selector,3@core.v1.PodTemplateSpec template,4*@core.v1.PersistentVolumeClaim volumeClaimTemplates,5s! serviceName,6s podManagementPolicy,7@apps.v1.StatefulSetUpdateStrategy updateStrategy,8i! revisionHistoryLimit,9i minReadySeconds,10@apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy persistentVolumeClaimRetentionPolicy,11@apps.v1.StatefulSetOrdinals ordinals
apps.v1.StatefulSetStatus:1i observedGeneration,2i! replicas,3i readyReplicas,4i currentReplicas,5i updatedReplicas,6s currentRevision,7s updateRevision,9i! collisionCount,10*@apps.v1.StatefulSetCondition conditions,11i! availableReplicas
apps.v1.StatefulSetUpdateStrategy:1s type,2@apps.v1.RollingUpdateStatefulSetStrategy rollingUpdate
authentication.v1.BoundObjectReference:1s kind,2s apiVersion,3s name,4s uid
authentication.v1.SelfSubjectReview:1@meta.v1.ObjectMeta metadata,2@authentication.v1.SelfSubjectReviewStatus status
authentication.v1.SelfSubjectReviewStatus:1@authentication.v1.UserInfo userInfo
authentication.v1.TokenRequest:1@meta.v1.ObjectMeta metadata,2@authentication.v1.TokenRequestSpec spec,3@authentication.v1.TokenRequestStatus status
authentication.v1.TokenRequestSpec:1*s audiences,4i! expirationSeconds,3@authentication.v1.BoundObjectReference boundObjectRef
authentication.v1.TokenRequestStatus:1s! token,2t expirationTimestamp
authentication.v1.TokenReview:1@meta.v1.ObjectMeta metadata,2@authentication.v1.TokenReviewSpec spec,3@authentication.v1.TokenReviewStatus status
authentication.v1.TokenReviewSpec:1s token,2*s audiences
authentication.v1.TokenReviewStatus:1b authenticated,2@authentication.v1.UserInfo user,4*s audiences,3s error
authentication.v1.UserInfo:1s username,2s uid,3*s groups,4%l extra
authorization.v1.FieldSelectorAttributes:1s rawSelector,2*@meta.v1.FieldSelectorRequirement requirements
authorization.v1.LabelSelectorAttributes:1s rawSelector,2*@meta.v1.LabelSelectorRequirement requirements
authorization.v1.LocalSubjectAccessReview:1@meta.v1.ObjectMeta metadata,2@authorization.v1.SubjectAccessReviewSpec spec,3@authorization.v1.SubjectAccessReviewStatus status
authorization.v1.NonResourceAttributes:1s path,2s verb
authorization.v1.NonResourceRule:1*s verbs,2*s nonResourceURLs
authorization.v1.ResourceAttributes:1s namespace,2s verb,3s group,4s version,5s resource,6s subresource,7s name,8@authorization.v1.FieldSelectorAttributes fieldSelector,9@authorization.v1.LabelSelectorAttributes labelSelector
authorization.v1.ResourceRule:1*s verbs,2*s apiGroups,3*s resources,4*s resourceNames
authorization.v1.SelfSubjectAccessReview:1@meta.v1.ObjectMeta metadata,2@authorization.v1.SelfSubjectAccessReviewSpec spec,3@authorization.v1.SubjectAccessReviewStatus status
authorization.v1.SelfSubjectAccessReviewSpec:1@authorization.v1.ResourceAttributes resourceAttributes,2@authorization.v1.NonResourceAttributes nonResourceAttributes
authorization.v1.SelfSubjectRulesReview:1@meta.v1.ObjectMeta metadata,2@authorization.v1.SelfSubjectRulesReviewSpec spec,3@authorization.v1.SubjectRulesReviewStatus status
authorization.v1.SelfSubjectRulesReviewSpec:1s namespace
authorization.v1.SubjectAccessReview:1@meta.v1.ObjectMeta metadata,2@authorization.v1.SubjectAccessReviewSpec spec,3@authorization.v1.SubjectAccessReviewStatus status
authorization.v1.SubjectAccessReviewSpec:1@authorization.v1.ResourceAttributes resourceAttributes,2@authorization.v1.NonResourceAttributes nonResourceAttributes,3s user,4*s groups,5%l extra,6s uid
authorization.v1.SubjectAccessReviewStatus:1b! allowed,4b denied,2s reason,3s evaluationError
authorization.v1.SubjectRulesReviewStatus:1*@authorization.v1.ResourceRule resourceRules,2*@authorization.v1.NonResourceRule nonResourceRules,3b! incomplete,4s evaluationError
autoscaling.v1.Scale:1@meta.v1.ObjectMeta metadata,2@autoscaling.v1.ScaleSpec spec,3@autoscaling.v1.ScaleStatus status
autoscaling.v1.ScaleSpec:1i replicas
autoscaling.v1.ScaleStatus:1i! replicas,2s selector
autoscaling.v2.ContainerResourceMetricSource:1s! name,2@autoscaling.v2.MetricTarget target,3s! container
autoscaling.v2.ContainerResourceMetricStatus:1s! name,2@autoscaling.v2.MetricValueStatus current,3s! container
autoscaling.v2.CrossVersionObjectReference:1s! kind,2s! name,3s apiVersion
autoscaling.v2.ExternalMetricSource:1@autoscaling.v2.MetricIdentifier metric,2@autoscaling.v2.MetricTarget target
autoscaling.v2.ExternalMetricStatus:1@autoscaling.v2.MetricIdentifier metric,2@autoscaling.v2.MetricValueStatus current
autoscaling.v2.HPAScalingPolicy:1s! type,2i! value,3i! periodSeconds
autoscaling.v2.HPAScalingRules:3i! stabilizationWindowSeconds,1s! selectPolicy,2*@autoscaling.v2.HPAScalingPolicy policies,4q tolerance
autoscaling.v2.HorizontalPodAutoscaler:1@meta.v1.ObjectMeta metadata,2@autoscaling.v2.HorizontalPodAutoscalerSpec spec,3@autoscaling.v2.HorizontalPodAutoscalerStatus status
autoscaling.v2.HorizontalPodAutoscalerBehavior:1@autoscaling.v2.HPAScalingRules scaleUp,2@autoscaling.v2.HPAScalingRules scaleDown
autoscaling.v2.HorizontalPodAutoscalerCondition:1s! type,2s! status,3t lastTransitionTime,4s reason,5s message
autoscaling.v2.HorizontalPodAutoscalerSpec:1@autoscaling.v2.CrossVersionObjectReference scaleTargetRef,2i! minReplicas,3i! maxReplicas,4*@autoscaling.v2.MetricSpec metrics,5@autoscaling.v2.HorizontalPodAutoscalerBehavior behavior
autoscaling.v2.HorizontalPodAutoscalerStatus:1i! observedGeneration,2t lastScaleTime,3i currentReplicas,4i! desiredReplicas,5*@autoscaling.v2.MetricStatus currentMetrics,6*@autoscaling.v2.HorizontalPodAutoscalerCondition conditions
autoscaling.v2.MetricIdentifier:1s! name,2@meta.v1.LabelSelector selector
autoscaling.v2.MetricSpec:1s! type,2@autoscaling.v2.ObjectMetricSource object,3@autoscaling.v2.PodsMetricSource pods,4@autoscaling.v2.ResourceMetricSource resource,7@autoscaling.v2.ContainerResourceMetricSource containerResource,5@autoscaling.v2.ExternalMetricSource external
autoscaling.v2.MetricStatus:1s! type,2@autoscaling.v2.ObjectMetricStatus object,3@autoscaling.v2.PodsMetricStatus pods,4@autoscaling.v2.ResourceMetricStatus resource,7@autoscaling.v2.ContainerResourceMetricStatus containerResource,5@autoscaling.v2.ExternalMetricStatus external
autoscaling.v2.MetricTarget:1s! type,2q value,3q averageValue,4i! averageUtilization
autoscaling.v2.MetricValueStatus:1q value,2q averageValue,3i! averageUtilization
autoscaling.v2.ObjectMetricSource:1@autoscaling.v2.CrossVersionObjectReference describedObject,2@autoscaling.v2.MetricTarget target,3@autoscaling.v2.MetricIdentifier metric
autoscaling.v2.ObjectMetricStatus:1@autoscaling.v2.MetricIdentifier metric,2@autoscaling.v2.MetricValueStatus current,3@autoscaling.v2.CrossVersionObjectReference describedObject
autoscaling.v2.PodsMetricSource:1@autoscaling.v2.MetricIdentifier metric,2@autoscaling.v2.MetricTarget target
autoscaling.v2.PodsMetricStatus:1@autoscaling.v2.MetricIdentifier metric,2@autoscaling.v2.MetricValueStatus current
autoscaling.v2.ResourceMetricSource:1s! name,2@autoscaling.v2.MetricTarget target
autoscaling.v2.ResourceMetricStatus:1s! name,2@autoscaling.v2.MetricValueStatus current
batch.v1.CronJob:1@meta.v1.ObjectMeta metadata,2@batch.v1.CronJobSpec spec,3@batch.v1.CronJobStatus status
batch.v1.CronJobSpec:1s! schedule,8s! timeZone,2i! startingDeadlineSeconds,3s concurrencyPolicy,4b! suspend,5@batch.v1.JobTemplateSpec jobTemplate,6i! successfulJobsHistoryLimit,7i! failedJobsHistoryLimit
batch.v1.CronJobStatus:1*@core.v1.ObjectReference active,4t lastScheduleTime,5t lastSuccessfulTime
batch.v1.Job:1@meta.v1.ObjectMeta metadata,2@batch.v1.JobSpec spec,3@batch.v1.JobStatus status
batch.v1.JobCondition:1s! type,2s! status,3t lastProbeTime,4t lastTransitionTime,5s reason,6s message
batch.v1.JobSpec:1i! parallelism,2i! completions,3i! activeDeadlineSeconds,11@batch.v1.PodFailurePolicy podFailurePolicy,16@batch.v1.SuccessPolicy successPolicy,7i! backoffLimit,12i! backoffLimitPerIndex,13i! maxFailedIndexes,4@meta.v1.LabelSelector selector,5b! manualSelector,6@core.v1.PodTemplateSpec template,8i! ttlSecondsAfterFinished,9s! completionMode,10b! suspend,14s! podReplacementPolicy,15s! managedBy
batch.v1.JobStatus:1*@batch.v1.JobCondition conditions,2t startTime,3t completionTime,4i active,5i succeeded,6i failed,11i! terminating,7s completedIndexes,10s! failedIndexes,8@batch.v1.UncountedTerminatedPods uncountedTerminatedPods,9i! ready
batch.v1.JobTemplateSpec:1@meta.v1.ObjectMeta metadata,2@batch.v1.JobSpec spec
batch.v1.PodFailurePolicy:1*@batch.v1.PodFailurePolicyRule rules
batch.v1.PodFailurePolicyOnExitCodesRequirement:1s! containerName,2s! operator,3*i values
batch.v1.PodFailurePolicyOnPodConditionsPattern:1s! type,2s! status
batch.v1.PodFailurePolicyRule:1s! action,2@batch.v1.PodFailurePolicyOnExitCodesRequirement onExitCodes,3*@batch.v1.PodFailurePolicyOnPodConditionsPattern onPodConditions
batch.v1.SuccessPolicy:1*@batch.v1.SuccessPolicyRule rules
batch.v1.SuccessPolicyRule:1s! succeededIndexes,2i! succeededCount
batch.v1.UncountedTerminatedPods:1*s succeeded,2*s failed
coordination.v1.Lease:1@meta.v1.ObjectMeta metadata,2@coordination.v1.LeaseSpec spec
coordination.v1.LeaseSpec:1s! holderIdentity,2i! leaseDurationSeconds,3m acquireTime,4m renewTime,5i! leaseTransitions,6s! strategy,7s! preferredHolder
core.v1.AWSElasticBlockStoreVolumeSource:1s! volumeID,2s fsType,3i partition,4b readOnly
core.v1.Affinity:1@core.v1.NodeAffinity nodeAffinity,2@core.v1.PodAffinity podAffinity,3@core.v1.PodAntiAffinity podAntiAffinity
core.v1.AppArmorProfile:1s! type,2s! localhostProfile
core.v1.AttachedVolume:1s! name,2s! devicePath
core.v1.AzureDiskVolumeSource:1s! diskName,2s! diskURI,3s! cachingMode,4s! fsType,5b! readOnly,6s! kind
core.v1.AzureFilePersistentVolumeSource:1s! secretName,2s! shareName,3b readOnly,4s! secretNamespace
core.v1.AzureFileVolumeSource:1s! secretName,2s! shareName,3b readOnly
core.v1.Binding:1@meta.v1.ObjectMeta metadata,2@core.v1.ObjectReference target
core.v1.CSIPersistentVolumeSource:1s! driver,2s! volumeHandle,3b readOnly,4s fsType,5%s volumeAttributes,6@core.v1.SecretReference controllerPublishSecretRef,7@core.v1.SecretReference nodeStageSecretRef,8@core.v1.SecretReference nodePublishSecretRef,9@core.v1.SecretReference controllerExpandSecretRef,10@core.v1.SecretReference nodeExpandSecretRef
core.v1.CSIVolumeSource:1s! driver,2b! readOnly,3s! fsType,4%s volumeAttributes,5@core.v1.LocalObjectReference nodePublishSecretRef
core.v1.Capabilities:1*s add,2*s drop
core.v1.CephFSPersistentVolumeSource:1*s monitors,2s path,3s user,4s secretFile,5@core.v1.SecretReference secretRef,6b readOnly
core.v1.CephFSVolumeSource:1*s monitors,2s path,3s user,4s secretFile,5@core.v1.LocalObjectReference secretRef,6b readOnly
core.v1.CinderPersistentVolumeSource:1s! volumeID,2s fsType,3b readOnly,4@core.v1.SecretReference secretRef
core.v1.CinderVolumeSource:1s! volumeID,2s fsType,3b readOnly,4@core.v1.LocalObjectReference secretRef
core.v1.ClientIPConfig:1i! timeoutSeconds
core.v1.ClusterTrustBundleProjection:1s! name,2s! signerName,3@meta.v1.LabelSelector labelSelector,5b! optional,4s! path
core.v1.ConfigMap:1@meta.v1.ObjectMeta metadata,4b! immutable,2%s data,3%y binaryData
core.v1.ConfigMapEnvSource:1^@core.v1.LocalObjectReference,2b! optional
core.v1.ConfigMapKeySelector:1^@core.v1.LocalObjectReference,2s! key,3b! optional
core.v1.ConfigMapNodeConfigSource:1s! namespace,2s! name,3s uid,4s resourceVersion,5s! kubeletConfigKey
core.v1.ConfigMapProjection:1^@core.v1.LocalObjectReference,2*@core.v1.KeyToPath items,4b! optional
core.v1.ConfigMapVolumeSource:1^@core.v1.LocalObjectReference,2*@core.v1.KeyToPath items,3i! defaultMode,4b! optional
core.v1.Container:1s! name,2s image,3*s command,4*s args,5s workingDir,6*@core.v1.ContainerPort ports,19*@core.v1.EnvFromSource envFrom,7*@core.v1.EnvVar env,8@core.v1.ResourceRequirements resources,23*@core.v1.ContainerResizePolicy resizePolicy,24s! restartPolicy,25*@core.v1.ContainerRestartRule restartPolicyRules,9*@core.v1.VolumeMount volumeMounts,21*@core.v1.VolumeDevice volumeDevices,10@core.v1.Probe livenessProbe,11@core.v1.Probe readinessProbe,22@core.v1.Probe startupProbe,12@core.v1.Lifecycle lifecycle,13s terminationMessagePath,20s terminationMessagePolicy,14s imagePullPolicy,15@core.v1.SecurityContext securityContext,16b stdin,17b stdinOnce,18b tty
core.v1.ContainerExtendedResourceRequest:1s! containerName,2s! resourceName,3s! requestName
core.v1.ContainerImage:1*s names,2i sizeBytes
core.v1.ContainerPort:1s name,2i hostPort,3i! containerPort,4s protocol,5s hostIP
core.v1.ContainerResizePolicy:1s! resourceName,2s! restartPolicy
core.v1.ContainerRestartRule:1s action,2@core.v1.ContainerRestartRuleOnExitCodes exitCodes
core.v1.ContainerRestartRuleOnExitCodes:1s operator,2*i values
core.v1.ContainerState:1@core.v1.ContainerStateWaiting waiting,2@core.v1.ContainerStateRunning running,3@core.v1.ContainerStateTerminated terminated
core.v1.ContainerStateRunning:1t startedAt
core.v1.ContainerStateTerminated:1i! exitCode,2i signal,3s reason,4s message,5t startedAt,6t finishedAt,7s containerID
core.v1.ContainerStateWaiting:1s reason,2s message
core.v1.ContainerStatus:1s! name,2@core.v1.ContainerState state,3@core.v1.ContainerState lastState,4b! ready,5i! restartCount,6s! image,7s! imageID,8s containerID,9b! started,10%q allocatedResources,11@core.v1.ResourceRequirements resources,12*@core.v1.VolumeMountStatus volumeMounts,13@core.v1.ContainerUser user,14*@core.v1.ResourceStatus allocatedResourcesStatus,15s! stopSignal
core.v1.ContainerUser:1@core.v1.LinuxContainerUser linux
core.v1.DaemonEndpoint:1i! Port
core.v1.DownwardAPIProjection:1*@core.v1.DownwardAPIVolumeFile items
core.v1.DownwardAPIVolumeFile:1s! path,2@core.v1.ObjectFieldSelector fieldRef,3@core.v1.ResourceFieldSelector resourceFieldRef,4i! mode
core.v1.DownwardAPIVolumeSource:1*@core.v1.DownwardAPIVolumeFile items,2i! defaultMode
core.v1.EmptyDirVolumeSource:1s medium,2q sizeLimit
core.v1.EndpointAddress:1s! ip,3s hostname,4s! nodeName,2@core.v1.ObjectReference targetRef
core.v1.EndpointPort:1s name,2i! port,3s protocol,4s! appProtocol
core.v1.EndpointSubset:1*@core.v1.EndpointAddress addresses,2*@core.v1.EndpointAddress notReadyAddresses,3*@core.v1.EndpointPort ports
core.v1.Endpoints:1@meta.v1.ObjectMeta metadata,2*@core.v1.EndpointSubset subsets
core.v1.EnvFromSource:1s prefix,2@core.v1.ConfigMapEnvSource configMapRef,3@core.v1.SecretEnvSource secretRef
core.v1.EnvVar:1s! name,2s value,3@core.v1.EnvVarSource valueFrom
core.v1.EnvVarSource:1@core.v1.ObjectFieldSelector fieldRef,2@core.v1.ResourceFieldSelector resourceFieldRef,3@core.v1.ConfigMapKeySelector configMapKeyRef,4@core.v1.SecretKeySelector secretKeyRef,5@core.v1.FileKeySelector fileKeyRef
core.v1.EphemeralContainer:1^@core.v1.EphemeralContainerCommon,2s targetContainerName
core.v1.EphemeralContainerCommon:1s! name,2s image,3*s command,4*s args,5s workingDir,6*@core.v1.ContainerPort ports,19*@core.v1.EnvFromSource envFrom,7*@core.v1.EnvVar env,8@core.v1.ResourceRequirements resources,23*@core.v1.ContainerResizePolicy resizePolicy,24s! restartPolicy,25*@core.v1.ContainerRestartRule restartPolicyRules,9*@core.v1.VolumeMount volumeMounts,21*@core.v1.VolumeDevice volumeDevices,10@core.v1.Probe livenessProbe,11@core.v1.Probe readinessProbe,22@core.v1.Probe startupProbe,12@core.v1.Lifecycle lifecycle,13s terminationMessagePath,20s terminationMessagePolicy,14s imagePullPolicy,15@core.v1.SecurityContext securityContext,16b stdin,17b stdinOnce,18b tty
core.v1.EphemeralVolumeSource:1@core.v1.PersistentVolumeClaimTemplate volumeClaimTemplate
core.v1.Event:1@meta.v1.ObjectMeta metadata,2@core.v1.ObjectReference involvedObject,3s reason,4s message,5@core.v1.EventSource source,6t firstTimestamp,7t lastTimestamp,8i count,9s type,10m eventTime,11@core.v1.EventSeries series,12s action,13@core.v1.ObjectReference related,14s! reportingComponent,15s! reportingInstance
core.v1.EventSeries:1i count,2m lastObservedTime
core.v1.EventSource:1s component,2s host
core.v1.ExecAction:1*s command
core.v1.FCVolumeSource:1*s targetWWNs,2i! lun,3s fsType,4b readOnly,5*s wwids
core.v1.FileKeySelector:1s! volumeName,2s! path,3s! key,4b! optional
core.v1.FlexPersistentVolumeSource:1s! driver,2s fsType,3@core.v1.SecretReference secretRef,4b readOnly,5%s options
core.v1.FlexVolumeSource:1s! driver,2s fsType,3@core.v1.LocalObjectReference secretRef,4b readOnly,5%s options
core.v1.FlockerVolumeSource:1s datasetName,2s datasetUUID
core.v1.GCEPersistentDiskVolumeSource:1s! pdName,2s fsType,3i partition,4b readOnly
core.v1.GRPCAction:1i! port,2s! service
core.v1.GitRepoVolumeSource:1s! repository,2s revision,3s directory
core.v1.GlusterfsPersistentVolumeSource:1s! endpoints,2s! path,3b readOnly,4s! endpointsNamespace
core.v1.GlusterfsVolumeSource:1s! endpoints,2s! path,3b readOnly
core.v1.HTTPGetAction:1s path,2x port,3s host,4s scheme,5*@core.v1.HTTPHeader httpHeaders
core.v1.HTTPHeader:1s! name,2s! value
core.v1.HostAlias:1s! ip,2*s hostnames
core.v1.HostIP:1s! ip
core.v1.HostPathVolumeSource:1s! path,2s! type
core.v1.ISCSIPersistentVolumeSource:1s! targetPortal,2s! iqn,3i! lun,4s iscsiInterface,5s fsType,6b readOnly,7*s portals,8b chapAuthDiscovery,11b chapAuthSession,10@core.v1.SecretReference secretRef,12s! initiatorName
core.v1.ISCSIVolumeSource:1s! targetPortal,2s! iqn,3i! lun,4s iscsiInterface,5s fsType,6b readOnly,7*s portals,8b chapAuthDiscovery,11b chapAuthSession,10@core.v1.LocalObjectReference secretRef,12s! initiatorName
core.v1.ImageVolumeSource:1s reference,2s pullPolicy
core.v1.ImageVolumeStatus:1s imageRef
core.v1.KeyToPath:1s! key,2s! path,3i! mode
core.v1.Lifecycle:1@core.v1.LifecycleHandler postStart,2@core.v1.LifecycleHandler preStop,3s! stopSignal
core.v1.LifecycleHandler:1@core.v1.ExecAction exec,2@core.v1.HTTPGetAction httpGet,3@core.v1.TCPSocketAction tcpSocket,4@core.v1.SleepAction sleep
core.v1.LimitRange:1@meta.v1.ObjectMeta metadata,2@core.v1.LimitRangeSpec spec
core.v1.LimitRangeItem:1s! type,2%q max,3%q min,4%q default,5%q defaultRequest,6%q maxLimitRequestRatio
core.v1.LimitRangeSpec:1*@core.v1.LimitRangeItem limits
core.v1.LinuxContainerUser:1i! uid,2i! gid,3*i supplementalGroups
core.v1.LoadBalancerIngress:1s ip,2s hostname,3s! ipMode,4*@core.v1.PortStatus ports
core.v1.LoadBalancerStatus:1*@core.v1.LoadBalancerIngress ingress
core.v1.LocalObjectReference:1s name
core.v1.LocalVolumeSource:1s! path,2s! fsType
core.v1.ModifyVolumeStatus:1s targetVolumeAttributesClassName,2s! status
core.v1.NFSVolumeSource:1s! server,2s! path,3b readOnly
core.v1.Namespace:1@meta.v1.ObjectMeta metadata,2@core.v1.NamespaceSpec spec,3@core.v1.NamespaceStatus status
core.v1.NamespaceCondition:1s! type,2s! status,4t lastTransitionTime,5s reason,6s message
core.v1.NamespaceSpec:1*s finalizers
core.v1.NamespaceStatus:1s phase,2*@core.v1.NamespaceCondition conditions
core.v1.Node:1@meta.v1.ObjectMeta metadata,2@core.v1.NodeSpec spec,3@core.v1.NodeStatus status
core.v1.NodeAddress:1s! type,2s! address
core.v1.NodeAffinity:1@core.v1.NodeSelector requiredDuringSchedulingIgnoredDuringExecution,2*@core.v1.PreferredSchedulingTerm preferredDuringSchedulingIgnoredDuringExecution
core.v1.NodeAllocatableResourceClaimStatus:1s! resourceClaimName,2*s containers,3%q resources
core.v1.NodeCondition:1s! type,2s! status,3t lastHeartbeatTime,4t lastTransitionTime,5s reason,6s message
core.v1.NodeConfigSource:2@core.v1.ConfigMapNodeConfigSource configMap
core.v1.NodeConfigStatus:1@core.v1.NodeConfigSource assigned,2@core.v1.NodeConfigSource active,3@core.v1.NodeConfigSource lastKnownGood,4s error
core.v1.NodeDaemonEndpoints:1@core.v1.DaemonEndpoint kubeletEndpoint
core.v1.NodeFeatures:1b! supplementalGroupsPolicy
core.v1.NodeRuntimeHandler:1s! name,2@core.v1.NodeRuntimeHandlerFeatures features
core.v1.NodeRuntimeHandlerFeatures:1b! recursiveReadOnlyMounts,2b! userNamespaces
core.v1.NodeSelector:1*@core.v1.NodeSelectorTerm nodeSelectorTerms
core.v1.NodeSelectorRequirement:1s! key,2s! operator,3*s values
core.v1.NodeSelectorTerm:1*@core.v1.NodeSelectorRequirement matchExpressions,2*@core.v1.NodeSelectorRequirement matchFields
core.v1.NodeSpec:1s podCIDR,7*s podCIDRs,3s providerID,4b unschedulable,5*@core.v1.Taint taints,6@core.v1.NodeConfigSource configSource,2s externalID
core.v1.NodeStatus:1%q capacity,2%q allocatable,3s phase,4*@core.v1.NodeCondition conditions,5*@core.v1.NodeAddress addresses,6@core.v1.NodeDaemonEndpoints daemonEndpoints,7@core.v1.NodeSystemInfo nodeInfo,8*@core.v1.ContainerImage images,9*s volumesInUse,10*@core.v1.AttachedVolume volumesAttached,11@core.v1.NodeConfigStatus config,12*@core.v1.NodeRuntimeHandler runtimeHandlers,13@core.v1.NodeFeatures features,14*s declaredFeatures
core.v1.NodeSwapStatus:1i! capacity
core.v1.NodeSystemInfo:1s! machineID,2s! systemUUID,3s! bootID,4s! kernelVersion,5s! osImage,6s! containerRuntimeVersion,7s! kubeletVersion,8s! kubeProxyVersion,9s! operatingSystem,10s! architecture,11@core.v1.NodeSwapStatus swap
core.v1.ObjectFieldSelector:1s apiVersion,2s! fieldPath
core.v1.ObjectReference:1s kind,2s namespace,3s name,4s uid,5s apiVersion,6s resourceVersion,7s fieldPath
core.v1.PersistentVolume:1@meta.v1.ObjectMeta metadata,2@core.v1.PersistentVolumeSpec spec,3@core.v1.PersistentVolumeStatus status
core.v1.PersistentVolumeClaim:1@meta.v1.ObjectMeta metadata,2@core.v1.PersistentVolumeClaimSpec spec,3@core.v1.PersistentVolumeClaimStatus status
core.v1.PersistentVolumeClaimCondition:1s! type,2s! status,3t lastProbeTime,4t lastTransitionTime,5s reason,6s message
core.v1.PersistentVolumeClaimSpec:1*s accessModes,4@meta.v1.LabelSelector selector,2@core.v1.VolumeResourceRequirements resources,3s volumeName,5s! storageClassName,6s! volumeMode,7@core.v1.TypedLocalObjectReference dataSource,8@core.v1.TypedObjectReference dataSourceRef,9s! volumeAttributesClassName
core.v1.PersistentVolumeClaimStatus:1s phase,2*s accessModes,3%q capacity,4*@core.v1.PersistentVolumeClaimCondition conditions,5%q allocatedResources,7%s allocatedResourceStatuses,8s! currentVolumeAttributesClassName,9@core.v1.ModifyVolumeStatus modifyVolumeStatus
core.v1.PersistentVolumeClaimTemplate:1@meta.v1.ObjectMeta metadata,2@core.v1.PersistentVolumeClaimSpec spec
core.v1.PersistentVolumeClaimVolumeSource:1s! claimName,2b readOnly
core.v1.PersistentVolumeSource:1@core.v1.GCEPersistentDiskVolumeSource gcePersistentDisk,2@core.v1.AWSElasticBlockStoreVolumeSource awsElasticBlockStore,3@core.v1.HostPathVolumeSource hostPath,4@core.v1.GlusterfsPersistentVolumeSource glusterfs,5@core.v1.NFSVolumeSource nfs,6@core.v1.RBDPersistentVolumeSource rbd,7@core.v1.ISCSIPersistentVolumeSource iscsi,8@core.v1.CinderPersistentVolumeSource cinder,9@core.v1.CephFSPersistentVolumeSource cephfs,10@core.v1.FCVolumeSource fc,11@core.v1.FlockerVolumeSource flocker,12@core.v1.FlexPersistentVolumeSource flexVolume,13@core.v1.AzureFilePersistentVolumeSource azureFile,14@core.v1.VsphereVirtualDiskVolumeSource vsphereVolume,15@core.v1.QuobyteVolumeSource quobyte,16@core.v1.AzureDiskVolumeSource azureDisk,17@core.v1.PhotonPersistentDiskVolumeSource photonPersistentDisk,18@core.v1.PortworxVolumeSource portworxVolume,19@core.v1.ScaleIOPersistentVolumeSource scaleIO,20@core.v1.LocalVolumeSource local,21@core.v1.StorageOSPersistentVolumeSource storageos,22@core.v1.CSIPersistentVolumeSource csi
core.v1.PersistentVolumeSpec:1%q capacity,2^@core.v1.PersistentVolumeSource,3*s accessModes,4@core.v1.ObjectReference claimRef,5s persistentVolumeReclaimPolicy,6s storageClassName,7*s mountOptions,8s! volumeMode,9@core.v1.VolumeNodeAffinity nodeAffinity,10s! volumeAttributesClassName
core.v1.PersistentVolumeStatus:1s phase,2s message,3s reason,4t lastPhaseTransitionTime
core.v1.PhotonPersistentDiskVolumeSource:1s! pdID,2s fsType
core.v1.Pod:1@meta.v1.ObjectMeta metadata,2@core.v1.PodSpec spec,3@core.v1.PodStatus status
core.v1.PodAffinity:1*@core.v1.PodAffinityTerm requiredDuringSchedulingIgnoredDuringExecution,2*@core.v1.WeightedPodAffinityTerm preferredDuringSchedulingIgnoredDuringExecution
core.v1.PodAffinityTerm:1@meta.v1.LabelSelector labelSelector,2*s namespaces,3s! topologyKey,4@meta.v1.LabelSelector namespaceSelector,5*s matchLabelKeys,6*s mismatchLabelKeys
core.v1.PodAntiAffinity:1*@core.v1.PodAffinityTerm requiredDuringSchedulingIgnoredDuringExecution,2*@core.v1.WeightedPodAffinityTerm preferredDuringSchedulingIgnoredDuringExecution
core.v1.PodCertificateProjection:1s signerName,2s keyType,3i! maxExpirationSeconds,4s credentialBundlePath,5s keyPath,6s certificateChainPath,7%s userAnnotations
core.v1.PodCondition:1s! type,7i observedGeneration,2s! status,3t lastProbeTime,4t lastTransitionTime,5s reason,6s message
core.v1.PodDNSConfig:1*s nameservers,2*s searches,3*@core.v1.PodDNSConfigOption options
core.v1.PodDNSConfigOption:1s name,2s! value
core.v1.PodExtendedResourceClaimStatus:1*@core.v1.ContainerExtendedResourceRequest requestMappings,2s! resourceClaimName
core.v1.PodIP:1s! ip
core.v1.PodOS:1s! name
core.v1.PodReadinessGate:1s! conditionType
core.v1.PodResourceClaim:1s! name,3s! resourceClaimName,4s! resourceClaimTemplateName
core.v1.PodResourceClaimStatus:1s! name,2s! resourceClaimName
core.v1.PodSchedulingGate:1s! name
core.v1.PodSchedulingGroup:1s! podGroupName
core.v1.PodSecurityContext:1@core.v1.SELinuxOptions seLinuxOptions,8@core.v1.WindowsSecurityContextOptions windowsOptions,2i! runAsUser,6i! runAsGroup,3b! runAsNonRoot,4*i supplementalGroups,12s! supplementalGroupsPolicy,5i! fsGroup,7*@core.v1.Sysctl sysctls,9s! fsGroupChangePolicy,10@core.v1.SeccompProfile seccompProfile,11@core.v1.AppArmorProfile appArmorProfile,13s! seLinuxChangePolicy
core.v1.PodSpec:1*@core.v1.Volume volumes,20*@core.v1.Container initContainers,2*@core.v1.Container containers,34*@core.v1.EphemeralContainer ephemeralContainers,3s restartPolicy,4i! terminationGracePeriodSeconds,5i! activeDeadlineSeconds,6s dnsPolicy,7%s nodeSelector,8s serviceAccountName,9s serviceAccount,21b! automountServiceAccountToken,10s nodeName,11b hostNetwork,12b hostPID,13b hostIPC,27b! shareProcessNamespace,14@core.v1.PodSecurityContext securityContext,15*@core.v1.LocalObjectReference imagePullSecrets,16s hostname,17s subdomain,18@core.v1.Affinity affinity,19s schedulerName,22*@core.v1.Toleration tolerations,23*@core.v1.HostAlias hostAliases,24s priorityClassName,25i! priority,26@core.v1.PodDNSConfig dnsConfig,28*@core.v1.PodReadinessGate readinessGates,29s! runtimeClassName,30b! enableServiceLinks,31s! preemptionPolicy,32%q overhead,33*@core.v1.TopologySpreadConstraint topologySpreadConstraints,35b! setHostnameAsFQDN,36@core.v1.PodOS os,37b! hostUsers,38*@core.v1.PodSchedulingGate schedulingGates,39*@core.v1.PodResourceClaim resourceClaims,40@core.v1.ResourceRequirements resources,41s! hostnameOverride,43@core.v1.PodSchedulingGroup schedulingGroup
core.v1.PodStatus:17i observedGeneration,1s phase,2*@core.v1.PodCondition conditions,3s message,4s reason,11s nominatedNodeName,5s hostIP,16*@core.v1.HostIP hostIPs,6s podIP,12*@core.v1.PodIP podIPs,7t startTime,10*@core.v1.ContainerStatus initContainerStatuses,8*@core.v1.ContainerStatus containerStatuses,9s qosClass,13*@core.v1.ContainerStatus ephemeralContainerStatuses,14s resize,15*@core.v1.PodResourceClaimStatus resourceClaimStatuses,18@core.v1.PodExtendedResourceClaimStatus extendedResourceClaimStatus,19%q allocatedResources,20@core.v1.ResourceRequirements resources,21*@core.v1.NodeAllocatableResourceClaimStatus nodeAllocatableResourceClaimStatuses
core.v1.PodTemplateSpec:1@meta.v1.ObjectMeta metadata,2@core.v1.PodSpec spec
core.v1.PortStatus:1i! port,2s! protocol,3s! error
core.v1.PortworxVolumeSource:1s! volumeID,2s fsType,3b readOnly
core.v1.PreferredSchedulingTerm:1i! weight,2@core.v1.NodeSelectorTerm preference
core.v1.Probe:1^@core.v1.ProbeHandler,2i initialDelaySeconds,3i timeoutSeconds,4i periodSeconds,5i successThreshold,6i failureThreshold,7i! terminationGracePeriodSeconds
core.v1.ProbeHandler:1@core.v1.ExecAction exec,2@core.v1.HTTPGetAction httpGet,3@core.v1.TCPSocketAction tcpSocket,4@core.v1.GRPCAction grpc
core.v1.ProjectedVolumeSource:1*@core.v1.VolumeProjection sources,2i! defaultMode
core.v1.QuobyteVolumeSource:1s! registry,2s! volume,3b readOnly,4s user,5s group,6s tenant
core.v1.RBDPersistentVolumeSource:1*s monitors,2s! image,3s fsType,4s pool,5s user,6s keyring,7@core.v1.SecretReference secretRef,8b readOnly
core.v1.RBDVolumeSource:1*s monitors,2s! image,3s fsType,4s pool,5s user,6s keyring,7@core.v1.LocalObjectReference secretRef,8b readOnly
core.v1.ResourceClaim:1s! name,2s request
core.v1.ResourceFieldSelector:1s containerName,2s! resource,3q divisor
core.v1.ResourceHealth:1s! resourceID,2s health,6s! message
core.v1.ResourceQuota:1@meta.v1.ObjectMeta metadata,2@core.v1.ResourceQuotaSpec spec,3@core.v1.ResourceQuotaStatus status
core.v1.ResourceQuotaSpec:1%q hard,2*s scopes,3@core.v1.ScopeSelector scopeSelector
core.v1.ResourceQuotaStatus:1%q hard,2%q used
core.v1.ResourceRequirements:1%q limits,2%q requests,3*@core.v1.ResourceClaim claims
core.v1.ResourceStatus:1s! name,2*@core.v1.ResourceHealth resources
core.v1.SELinuxOptions:1s user,2s role,3s type,4s level
core.v1.ScaleIOPersistentVolumeSource:1s! gateway,2s! system,3@core.v1.SecretReference secretRef,4b sslEnabled,5s protectionDomain,6s storagePool,7s storageMode,8s volumeName,9s fsType,10b readOnly
core.v1.ScaleIOVolumeSource:1s! gateway,2s! system,3@core.v1.LocalObjectReference secretRef,4b sslEnabled,5s protectionDomain,6s storagePool,7s storageMode,8s volumeName,9s fsType,10b readOnly
core.v1.ScopeSelector:1*@core.v1.ScopedResourceSelectorRequirement matchExpressions
core.v1.ScopedResourceSelectorRequirement:1s! scopeName,2s! operator,3*s values
core.v1.SeccompProfile:1s! type,2s! localhostProfile
core.v1.Secret:1@meta.v1.ObjectMeta metadata,5b! immutable,2%y data,4%s stringData,3s type
core.v1.SecretEnvSource:1^@core.v1.LocalObjectReference,2b! optional
core.v1.SecretKeySelector:1^@core.v1.LocalObjectReference,2s! key,3b! optional
core.v1.SecretProjection:1^@core.v1.LocalObjectReference,2*@core.v1.KeyToPath items,4b! optional
core.v1.SecretReference:1s name,2s namespace
core.v1.SecretVolumeSource:1s secretName,2*@core.v1.KeyToPath items,3i! defaultMode,4b! optional
core.v1.SecurityContext:1@core.v1.Capabilities capabilities,2b! privileged,3@core.v1.SELinuxOptions seLinuxOptions,10@core.v1.WindowsSecurityContextOptions windowsOptions,4i! runAsUser,8i! runAsGroup,5b! runAsNonRoot,6b! readOnlyRootFilesystem,7b! allowPrivilegeEscalation,9s! procMount,11@core.v1.SeccompProfile seccompProfile,12@core.v1.AppArmorProfile appArmorProfile
core.v1.Service:1@meta.v1.ObjectMeta metadata,2@core.v1.ServiceSpec spec,3@core.v1.ServiceStatus status
core.v1.ServiceAccount:1@meta.v1.ObjectMeta metadata,2*@core.v1.ObjectReference secrets,3*@core.v1.LocalObjectReference imagePullSecrets,4b! automountServiceAccountToken
core.v1.ServiceAccountTokenProjection:1s audience,2i! expirationSeconds,3s! path
core.v1.ServicePort:1s name,2s protocol,6s! appProtocol,3i! port,4x targetPort,5i nodePort
core.v1.ServiceSpec:1*@core.v1.ServicePort ports,2%s selector,3s clusterIP,18*s clusterIPs,4s type,5*s externalIPs,7s sessionAffinity,8s loadBalancerIP,9*s loadBalancerSourceRanges,10s externalName,11s externalTrafficPolicy,12i healthCheckNodePort,13b publishNotReadyAddresses,14@core.v1.SessionAffinityConfig sessionAffinityConfig,19*s ipFamilies,17s! ipFamilyPolicy,20b! allocateLoadBalancerNodePorts,21s! loadBalancerClass,22s! internalTrafficPolicy,23s! trafficDistribution
core.v1.ServiceStatus:1@core.v1.LoadBalancerStatus loadBalancer,2*@meta.v1.Condition conditions
core.v1.SessionAffinityConfig:1@core.v1.ClientIPConfig clientIP
core.v1.SleepAction:1i! seconds
core.v1.StorageOSPersistentVolumeSource:1s volumeName,2s volumeNamespace,3s fsType,4b readOnly,5@core.v1.ObjectReference secretRef
core.v1.StorageOSVolumeSource:1s volumeName,2s volumeNamespace,3s fsType,4b readOnly,5@core.v1.LocalObjectReference secretRef
core.v1.Sysctl:1s! name,2s! value
core.v1.TCPSocketAction:1x port,2s host
core.v1.Taint:1s! key,2s value,3s! effect,4t timeAdded
core.v1.Toleration:1s key,2s operator,3s value,4s effect,5i! tolerationSeconds
core.v1.TopologySelectorLabelRequirement:1s! key,2*s values
core.v1.TopologySelectorTerm:1*@core.v1.TopologySelectorLabelRequirement matchLabelExpressions
core.v1.TopologySpreadConstraint:1i! maxSkew,2s! topologyKey,3s! whenUnsatisfiable,4@meta.v1.LabelSelector labelSelector,5i! minDomains,6s! nodeAffinityPolicy,7s! nodeTaintsPolicy,8*s matchLabelKeys
core.v1.TypedLocalObjectReference:1s! apiGroup,2s! kind,3s! name
core.v1.TypedObjectReference:1s! apiGroup,2s! kind,3s! name,4s! namespace
core.v1.Volume:1s! name,2^@core.v1.VolumeSource
core.v1.VolumeDevice:1s! name,2s! devicePath
core.v1.VolumeMount:1s! name,2b readOnly,7s! recursiveReadOnly,3s! mountPath,4s subPath,5s! mountPropagation,6s subPathExpr
core.v1.VolumeMountStatus:1s! name,2s! mountPath,3b readOnly,4s! recursiveReadOnly,5@core.v1.VolumeStatus volumeStatus
core.v1.VolumeNodeAffinity:1@core.v1.NodeSelector required
core.v1.VolumeProjection:1@core.v1.SecretProjection secret,2@core.v1.DownwardAPIProjection downwardAPI,3@core.v1.ConfigMapProjection configMap,4@core.v1.ServiceAccountTokenProjection serviceAccountToken,5@core.v1.ClusterTrustBundleProjection clusterTrustBundle,6@core.v1.PodCertificateProjection podCertificate
core.v1.VolumeResourceRequirements:1%q limits,2%q requests
core.v1.VolumeSource:1@core.v1.HostPathVolumeSource hostPath,2@core.v1.EmptyDirVolumeSource emptyDir,3@core.v1.GCEPersistentDiskVolumeSource gcePersistentDisk,4@core.v1.AWSElasticBlockStoreVolumeSource awsElasticBlockStore,5@core.v1.GitRepoVolumeSource gitRepo,6@core.v1.SecretVolumeSource secret,7@core.v1.NFSVolumeSource nfs,8@core.v1.ISCSIVolumeSource iscsi,9@core.v1.GlusterfsVolumeSource glusterfs,10@core.v1.PersistentVolumeClaimVolumeSource persistentVolumeClaim,11@core.v1.RBDVolumeSource rbd,12@core.v1.FlexVolumeSource flexVolume,13@core.v1.CinderVolumeSource cinder,14@core.v1.CephFSVolumeSource cephfs,15@core.v1.FlockerVolumeSource flocker,16@core.v1.DownwardAPIVolumeSource downwardAPI,17@core.v1.FCVolumeSource fc,18@core.v1.AzureFileVolumeSource azureFile,19@core.v1.ConfigMapVolumeSource configMap,20@core.v1.VsphereVirtualDiskVolumeSource vsphereVolume,21@core.v1.QuobyteVolumeSource quobyte,22@core.v1.AzureDiskVolumeSource azureDisk,23@core.v1.PhotonPersistentDiskVolumeSource photonPersistentDisk,26@core.v1.ProjectedVolumeSource projected,24@core.v1.PortworxVolumeSource portworxVolume,25@core.v1.ScaleIOVolumeSource scaleIO,27@core.v1.StorageOSVolumeSource storageos,28@core.v1.CSIVolumeSource csi,29@core.v1.EphemeralVolumeSource ephemeral,30@core.v1.ImageVolumeSource image
core.v1.VolumeStatus:1@core.v1.ImageVolumeStatus image
core.v1.VsphereVirtualDiskVolumeSource:1s! volumePath,2s fsType,3s storagePolicyName,4s storagePolicyID
core.v1.WeightedPodAffinityTerm:1i! weight,2@core.v1.PodAffinityTerm podAffinityTerm
core.v1.WindowsSecurityContextOptions:1s! gmsaCredentialSpecName,2s! gmsaCredentialSpec,3s! runAsUserName,4b! hostProcess
discovery.v1.Endpoint:1*s addresses,2@discovery.v1.EndpointConditions conditions,3s! hostname,4@core.v1.ObjectReference targetRef,5%s deprecatedTopology,6s! nodeName,7s! zone,8@discovery.v1.EndpointHints hints
discovery.v1.EndpointConditions:1b! ready,2b! serving,3b! terminating
discovery.v1.EndpointHints:1*@discovery.v1.ForZone forZones,2*@discovery.v1.ForNode forNodes
discovery.v1.EndpointPort:1s! name,2s! protocol,3i! port,4s! appProtocol
discovery.v1.EndpointSlice:1@meta.v1.ObjectMeta metadata,4s! addressType,2*@discovery.v1.Endpoint endpoints,3*@discovery.v1.EndpointPort ports
discovery.v1.ForNode:1s! name
discovery.v1.ForZone:1s! name
meta.v1.Condition:1s! type,2s! status,3i observedGeneration,4t lastTransitionTime,5s! reason,6s! message
meta.v1.CreateOptions:1*s dryRun,3s fieldManager,4s fieldValidation
meta.v1.DeleteOptions:1i! gracePeriodSeconds,2@meta.v1.Preconditions preconditions,3b! orphanDependents,4s! propagationPolicy,5*s dryRun,6b! ignoreStoreReadErrorWithClusterBreakingPotential
meta.v1.FieldSelectorRequirement:1s! key,2s! operator,3*s values
meta.v1.LabelSelector:1%s matchLabels,2*@meta.v1.LabelSelectorRequirement matchExpressions
meta.v1.LabelSelectorRequirement:1s! key,2s! operator,3*s values
meta.v1.ListMeta:1s selfLink,2s resourceVersion,3s continue,4i! remainingItemCount,5@meta.v1.ShardInfo shardInfo
meta.v1.ManagedFieldsEntry:1s manager,2s operation,3s apiVersion,4t time,6s fieldsType,7r fieldsV1,8s subresource
meta.v1.ObjectMeta:1s name,2s generateName,3s namespace,4s selfLink,5s uid,6s resourceVersion,7i generation,8t creationTimestamp,9t deletionTimestamp,10i! deletionGracePeriodSeconds,11%s labels,12%s annotations,13*@meta.v1.OwnerReference ownerReferences,14*s finalizers,17*@meta.v1.ManagedFieldsEntry managedFields
meta.v1.OwnerReference:5s! apiVersion,1s! kind,3s! name,4s! uid,6b! controller,7b! blockOwnerDeletion
meta.v1.PatchOptions:1*s dryRun,2b! force,3s fieldManager,4s fieldValidation
meta.v1.Preconditions:1s! uid,2s! resourceVersion
meta.v1.ShardInfo:1s! selector
meta.v1.Status:1@meta.v1.ListMeta metadata,2s status,3s message,4s reason,5@meta.v1.StatusDetails details,6i code
meta.v1.StatusCause:1s reason,2s message,3s field
meta.v1.StatusDetails:1s name,2s group,3s kind,6s uid,4*@meta.v1.StatusCause causes,5i retryAfterSeconds
meta.v1.UpdateOptions:1*s dryRun,2s fieldManager,3s fieldValidation
networking.v1.HTTPIngressPath:1s path,3s! pathType,2@networking.v1.IngressBackend backend
networking.v1.HTTPIngressRuleValue:1*@networking.v1.HTTPIngressPath paths
networking.v1.IPBlock:1s! cidr,2*s except
networking.v1.Ingress:1@meta.v1.ObjectMeta metadata,2@networking.v1.IngressSpec spec,3@networking.v1.IngressStatus status
networking.v1.IngressBackend:4@networking.v1.IngressServiceBackend service,3@core.v1.TypedLocalObjectReference resource
networking.v1.IngressClass:1@meta.v1.ObjectMeta metadata,2@networking.v1.IngressClassSpec spec
networking.v1.IngressClassParametersReference:1s! apiGroup,2s! kind,3s! name,4s! scope,5s! namespace
networking.v1.IngressClassSpec:1s controller,2@networking.v1.IngressClassParametersReference parameters
networking.v1.IngressLoadBalancerIngress:1s ip,2s hostname,4*@networking.v1.IngressPortStatus ports
networking.v1.IngressLoadBalancerStatus:1*@networking.v1.IngressLoadBalancerIngress ingress
networking.v1.IngressPortStatus:1i! port,2s! protocol,3s! error
networking.v1.IngressRule:1s host,2^@networking.v1.IngressRuleValue
networking.v1.IngressRuleValue:1@networking.v1.HTTPIngressRuleValue http
networking.v1.IngressServiceBackend:1s! name,2@networking.v1.ServiceBackendPort port
networking.v1.IngressSpec:4s! ingressClassName,1@networking.v1.IngressBackend defaultBackend,2*@networking.v1.IngressTLS tls,3*@networking.v1.IngressRule rules
networking.v1.IngressStatus:1@networking.v1.IngressLoadBalancerStatus loadBalancer
networking.v1.IngressTLS:1*s hosts,2s secretName
networking.v1.NetworkPolicy:1@meta.v1.ObjectMeta metadata,2@networking.v1.NetworkPolicySpec spec
networking.v1.NetworkPolicyEgressRule:1*@networking.v1.NetworkPolicyPort ports,2*@networking.v1.NetworkPolicyPeer to
networking.v1.NetworkPolicyIngressRule:1*@networking.v1.NetworkPolicyPort ports,2*@networking.v1.NetworkPolicyPeer from
networking.v1.NetworkPolicyPeer:1@meta.v1.LabelSelector podSelector,2@meta.v1.LabelSelector namespaceSelector,3@networking.v1.IPBlock ipBlock
networking.v1.NetworkPolicyPort:1s! protocol,2x port,3i! endPort
networking.v1.NetworkPolicySpec:1@meta.v1.LabelSelector podSelector,2*@networking.v1.NetworkPolicyIngressRule ingress,3*@networking.v1.NetworkPolicyEgressRule egress,4*s policyTypes
networking.v1.ServiceBackendPort:1s name,2i number
policy.v1.Eviction:1@meta.v1.ObjectMeta metadata,2@meta.v1.DeleteOptions deleteOptions
policy.v1.PodDisruptionBudget:1@meta.v1.ObjectMeta metadata,2@policy.v1.PodDisruptionBudgetSpec spec,3@policy.v1.PodDisruptionBudgetStatus status
policy.v1.PodDisruptionBudgetSpec:1x minAvailable,2@meta.v1.LabelSelector selector,3x maxUnavailable,4s! unhealthyPodEvictionPolicy
policy.v1.PodDisruptionBudgetStatus:1i observedGeneration,2%t disruptedPods,3i! disruptionsAllowed,4i! currentHealthy,5i! desiredHealthy,6i! expectedPods,7*@meta.v1.Condition conditions
rbac.v1.AggregationRule:1*@meta.v1.LabelSelector clusterRoleSelectors
rbac.v1.ClusterRole:1@meta.v1.ObjectMeta metadata,2*@rbac.v1.PolicyRule rules,3@rbac.v1.AggregationRule aggregationRule
rbac.v1.ClusterRoleBinding:1@meta.v1.ObjectMeta metadata,2*@rbac.v1.Subject subjects,3@rbac.v1.RoleRef roleRef
rbac.v1.PolicyRule:1*s verbs,2*s apiGroups,3*s resources,4*s resourceNames,5*s nonResourceURLs
rbac.v1.Role:1@meta.v1.ObjectMeta metadata,2*@rbac.v1.PolicyRule rules
rbac.v1.RoleBinding:1@meta.v1.ObjectMeta metadata,2*@rbac.v1.Subject subjects,3@rbac.v1.RoleRef roleRef
rbac.v1.RoleRef:1s! apiGroup,2s! kind,3s! name
rbac.v1.Subject:1s! kind,2s apiGroup,3s! name,4s namespace
scheduling.v1.PriorityClass:1@meta.v1.ObjectMeta metadata,2i! value,3b globalDefault,4s description,5s! preemptionPolicy
storage.v1.StorageClass:1@meta.v1.ObjectMeta metadata,2s! provisioner,3%s parameters,4s! reclaimPolicy,5*s mountOptions,6b! allowVolumeExpansion,7s! volumeBindingMode,8*@core.v1.TopologySelectorTerm allowedTopologies
`;
