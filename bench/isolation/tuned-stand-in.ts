import { quantile } from '../quantile.ts';
import type { Measured, Sample } from './measure-saves.ts';
import type { StandInOptions } from './stand-in-process.ts';

/** Of kustomize-controller, by default. */
const WORKERS = 4;

/**
 * The steps as the largest real cluster took them, for a stand-in of `size` Kustomizations; a run on the shared source takes as much longer as
 * it grew from the smallest real cluster to the largest, since each unpacks the whole artifact.
 */
export function tunedTo(measured: ReadonlyMap<number, Measured>, size: number): StandInOptions {
  const sizes = [...measured.keys()].sort((a, b) => a - b);
  const [smallest, largest] = [sizes[0] ?? 0, sizes.at(-1) ?? 0];
  const isolated = measured.get(largest)?.isolated ?? [];
  const step = (of: (sample: Sample) => number): number => Math.max(0, Math.round(quantile(isolated.map(of), 0.5)));
  const sharedRunMs = (count: number): number => {
    const settling = (measured.get(count)?.shared ?? []).map(({ settledMs, fetchedMs }) => settledMs - fetchedMs);
    return (quantile(settling, 0.5) * WORKERS) / count;
  };
  const growth = largest > smallest ? (sharedRunMs(largest) - sharedRunMs(smallest)) / (largest - smallest) : 0;
  const applyMs = step(({ liveMs, fetchedMs }) => liveMs - fetchedMs);
  return {
    sourceMs: step(({ fetchedMs, requestedMs }) => fetchedMs - requestedMs),
    applyMs,
    sharedApplyMs: Math.max(applyMs, Math.round(sharedRunMs(largest) + growth * (size - largest))),
    healthMs: step(({ readyMs, liveMs }) => readyMs - liveMs),
  };
}
