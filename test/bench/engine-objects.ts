/** What the Engine API says of a service, as far as another tool has a word for it. Times are in nanoseconds. */
export interface ServiceSpec {
  readonly Name: string;
  readonly Labels?: Labels;
  readonly TaskTemplate: {
    readonly ContainerSpec: ContainerSpec;
    readonly Resources?: { readonly Limits?: { readonly NanoCPUs?: number; readonly MemoryBytes?: number } };
    readonly RestartPolicy?: {
      readonly Condition?: string;
      readonly Delay?: number;
      readonly MaxAttempts?: number;
      readonly Window?: number;
    };
    readonly Networks?: readonly { readonly Target: string; readonly Aliases?: readonly string[] }[];
    readonly LogDriver?: { readonly Name: string; readonly Options?: Labels };
  };
  readonly Mode: { readonly Replicated?: { readonly Replicas?: number }; readonly Global?: object };
  readonly UpdateConfig?: UpdateSpec;
  readonly RollbackConfig?: UpdateSpec;
  readonly EndpointSpec?: { readonly Mode?: string };
}

export interface ContainerSpec {
  readonly Image: string;
  readonly Labels?: Labels;
  readonly Command?: readonly string[];
  readonly Args?: readonly string[];
  readonly Hostname?: string;
  readonly Env?: readonly string[];
  readonly User?: string;
  readonly Init?: boolean;
  readonly ReadOnly?: boolean;
  readonly Mounts?: readonly Mount[];
  readonly StopGracePeriod?: number;
  readonly Healthcheck?: {
    readonly Test?: readonly string[];
    readonly Interval?: number;
    readonly Timeout?: number;
    readonly StartPeriod?: number;
    readonly Retries?: number;
  };
  readonly Secrets?: readonly { readonly SecretName: string; readonly File: FileTarget }[];
  readonly Configs?: readonly { readonly ConfigName: string; readonly File: FileTarget }[];
  readonly CapabilityDrop?: readonly string[];
}

export interface Mount {
  readonly Type: string;
  readonly Source?: string;
  readonly Target: string;
  readonly ReadOnly?: boolean;
  readonly TmpfsOptions?: { readonly SizeBytes?: number };
}

export interface FileTarget {
  /** The path in the container. */
  readonly Name: string;
  readonly UID: string;
  readonly GID: string;
  readonly Mode: number;
}

export interface UpdateSpec {
  readonly Parallelism?: number;
  readonly Delay?: number;
  readonly FailureAction?: string;
  readonly Monitor?: number;
  readonly MaxFailureRatio?: number;
  readonly Order?: string;
}

export interface NetworkInfo {
  readonly Id: string;
  readonly Name: string;
  readonly Internal: boolean;
  readonly Labels: Labels | null;
}

export type Labels = Readonly<Record<string, string>>;
