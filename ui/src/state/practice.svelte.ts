// What is being practised, what can be, and how exercises were answered; kept while the window lives.
import type { Backend, ExerciseView, JudgementView, PracticeView, ShelfView } from '../backend';
import { Pace } from './pace';

/** The newest answer to an exercise: which choice, and how it was. */
export type Judged = { choice: number; judgement: JudgementView };

export class Practice {
  /** What is being practised; `null`: nothing. */
  running = $state.raw<PracticeView | null>(null);
  /** What can be practised; `null` until it is read. */
  shelf = $state.raw<ShelfView | null>(null);
  #judged = $state.raw<Record<string, Judged>>({});
  #pace = new Pace<PracticeView | null>((practice) => (this.running = practice));

  constructor(private readonly backend: Backend) {}

  /** Shows this at once: a practice has begun, or ended. */
  set(practice: PracticeView | null): void {
    this.#pace.set(practice);
  }

  /** Takes over what the bench shows. */
  take(practice: PracticeView): void {
    this.#pace.take(practice);
  }

  async readShelf(): Promise<void> {
    this.shelf = await this.backend.practiceShelf();
  }

  /** The exercise that runs. */
  get exercise(): ExerciseView | null {
    return this.shelf?.exercises.find(({ id }) => id === this.running?.exercise) ?? null;
  }

  /** The exercise to do next: the first that is not solved, after `id` where one is given. */
  next(id?: string): ExerciseView | null {
    const all = this.shelf?.exercises ?? [];
    const after = all.findIndex((one) => one.id === id) + 1;
    return [...all.slice(after), ...all.slice(0, after)].find((one) => !one.solved && one.id !== id) ?? null;
  }

  judged(exercise: string): Judged | null {
    return this.#judged[exercise] ?? null;
  }

  /** Keeps how an exercise was answered; a right answer changes the shelf. */
  async judge(exercise: string, choice: number, judgement: JudgementView): Promise<void> {
    this.#judged = { ...this.#judged, [exercise]: { choice, judgement } };
    if (judgement.right) await this.readShelf();
  }

  /** An exercise that is started again is open again. */
  forget(exercise: string): void {
    const { [exercise]: _, ...others } = this.#judged;
    this.#judged = others;
  }
}
