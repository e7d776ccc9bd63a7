import { bounds } from './bounds.ts';
import { convergence } from './convergence.ts';
import { decidedContent } from './decided-content.ts';
import type { Invariant } from './evidence.ts';
import { fullKept } from './full-kept.ts';
import { honestAnswers } from './honest-answers.ts';
import { logFirst } from './log-first.ts';
import { lookBeforeDeciding } from './look-before-deciding.ts';
import { minimality } from './minimality.ts';
import { newestWins } from './newest-wins.ts';
import { noAccidentalPrune } from './no-accidental-prune.ts';
import { noCrash } from './no-crash.ts';
import { nobodyWaits } from './nobody-waits.ts';
import { nothingDropped } from './nothing-dropped.ts';
import { nothingLeft } from './nothing-left.ts';
import { nothingSilent } from './nothing-silent.ts';
import { oneMove } from './one-move.ts';
import { ownFiles } from './own-files.ts';
import { replay } from './replay.ts';
import { singleFlight } from './single-flight.ts';
import { soundPushes } from './sound-pushes.ts';
import { untouchedStay } from './untouched-stay.ts';
import { wayOut } from './way-out.ts';

/** What is promised, whatever happens. */
export const INVARIANTS: readonly Invariant[] = [
  convergence,
  minimality,
  noAccidentalPrune,
  soundPushes,
  decidedContent,
  singleFlight,
  newestWins,
  nothingDropped,
  nothingSilent,
  replay,
  lookBeforeDeciding,
  logFirst,
  honestAnswers,
  fullKept,
  nobodyWaits,
  wayOut,
  bounds,
  noCrash,
  oneMove,
  untouchedStay,
  ownFiles,
  nothingLeft,
];
