import { labelList, type Labels } from "../cluster/labels.ts";

/** A volume of one member. Swarm makes it on the node that runs the member; it outlives `pulumi destroy`. */
export interface VolumeMount {
  /** Path in the container. */
  readonly path: string;
  /** Ends the volume's name where a member has more than one, or where every replica has its own. */
  readonly suffix?: string;
}

/** The mount of a member's volume. A change of its labels would replace the service, so they never change. */
export function volumeMount(member: string, volume: VolumeMount, labels: Labels) {
  return {
    type: "volume",
    source: volume.suffix === undefined ? member : `${member}-${volume.suffix}`,
    target: volume.path,
    volumeOptions: { labels: labelList(labels) },
  };
}
