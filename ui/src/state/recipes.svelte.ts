// Which model somebody is pointing at us, and how that is done; kept while the window lives.
import type { Backend, KnownLine, RecipeView } from '../backend';

export class Recipes {
  /** The model that was chosen by hand or found, by the charger's id; empty for one that has not come yet. */
  #models = $state.raw<Record<string, string | null>>({});
  #recipes = $state.raw<Record<string, RecipeView>>({});

  constructor(private readonly backend: Backend) {}

  /** The model that was chosen for it; `undefined` where nobody chose, `null` where somebody chose none. */
  model(charger: string): string | null | undefined {
    return this.#models[charger];
  }

  choose(charger: string, model: string | null): void {
    this.#models = { ...this.#models, [charger]: model };
  }

  /** How the model is pointed at that address of ours, to come with that id; `null` until it is read. */
  recipe(model: string, url: string, identity: string): RecipeView | null {
    return this.#recipes[`${model} ${url} ${identity}`] ?? null;
  }

  async read(model: string, url: string, identity: string): Promise<void> {
    if (this.recipe(model, url, identity)) return;
    const recipe = await this.backend.recipe(model, url, identity);
    if (recipe) this.#recipes = { ...this.#recipes, [`${model} ${url} ${identity}`]: recipe };
  }

  /** The models that fit these words, the best first. */
  async search(words: string): Promise<KnownLine[]> {
    return words.trim() === '' ? [] : (await this.backend.search(words.trim())).chargers;
  }
}
