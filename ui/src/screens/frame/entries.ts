// What the command palette offers at this moment.
import type { ActView, ChargerView } from '../../backend';
import type { Store } from '../../state';
import { inspectParts, setParts, steps } from '../../state/place';
import { look, themes } from '../../state/theme.svelte';
import { words } from '../../words';
import { short } from '../../words/format';

/** A line of the palette. */
export type Entry = { key: string; group: 'charger' | 'step' | 'action'; title: string; run: () => void };

/** Steps of this charger first, then what can be done, then everywhere else. */
export function entries(store: Store, onkeys: () => void): Entry[] {
  const charger = store.charger;
  return [
    ...(charger ? stepsOf(store, charger) : []),
    ...(charger ? actionsOn(store, charger) : []),
    ...practice(store),
    ...(store.app?.chargers ?? []).map(
      ({ id, title }): Entry => ({ key: `charger ${id}`, group: 'charger', title: named(store, id, title), run: () => store.open(id) }),
    ),
    ...everywhere(store, onkeys),
  ];
}

function stepsOf(store: Store, { id }: ChargerView): Entry[] {
  const own = steps.map((step): Entry => ({ key: `step ${step}`, group: 'step', title: words.step[step], run: () => store.open(id, step) }));
  const parts = inspectParts.slice(1).map((part): Entry => {
    const title = words.palette.part(words.inspect.part[part]);
    return { key: `part ${part}`, group: 'step', title, run: () => store.open(id, 'inspect', part) };
  });
  const set = setParts.slice(1).map((part): Entry => ({ key: `part ${part}`, group: 'step', title: words.palette.setPart(words.plan.part[part]), run: () => store.open(id, 'set', part) }));
  return [...own, ...parts, ...set];
}

function actionsOn(store: Store, { id, title, adopted, running, inForce }: ChargerView): Entry[] {
  const action = (key: string, text: string, run: () => void): Entry => ({ key, group: 'action', title: text, run });
  const possible: (Entry | false)[] = [
    !adopted && action('adopt', words.palette.adopt(title), () => void store.adopt(id)),
    running !== null && action('stop', words.palette.stop(title), () => void store.cancel(id)),
    inForce.some(({ test }) => test) && action('clear', words.palette.clear(title), () => void store.clear(id)),
    action('frames', words.palette.frames(title), () => store.show(id, null)),
  ];
  return possible.filter((entry) => entry !== false);
}

/** A charger's line; one that is not real says so. */
function named(store: Store, id: string, title: string): string {
  const name = title === id ? short(id, 90) : `${short(title, 60)} (${short(id, 30)})`;
  return store.isSimulated(id) ? words.simulated.title(name) : name;
}

/** What can be done at the bench from anywhere, and what can be practised next. */
function practice(store: Store): Entry[] {
  const { running, shelf } = store.practice;
  const say = words.practice.act;
  const act = (key: string, title: string, what: ActView): Entry => ({ key: `practice ${key}`, group: 'action', title, run: () => void store.practiceAct(what) });
  const exercises = (shelf?.exercises ?? []).map(({ id, title }, i): Entry => ({ key: `exercise ${id}`, group: 'action', title: say.exercise(i + 1, title), run: () => (running ? store.toShelf('exercises') : void store.practise('', '', id)) }));
  if (!running) return exercises;
  const { plugged, powered, networked } = running.panel;
  return [
    { key: 'bench', group: 'action', title: say.bench(running.title), run: () => store.go({ at: 'bench' }) },
    plugged ? act('unplug', say.unplug, { do: 'unplug' }) : act('plug', say.plug, { do: 'plug' }),
    act('breaker', say.breaker(!powered), { do: 'breaker', on: !powered }),
    act('network', say.network(!networked), { do: 'network', up: !networked }),
    ...exercises,
  ];
}

function everywhere(store: Store, onkeys: () => void): Entry[] {
  return [
    { key: 'chargers', group: 'action', title: words.rail.chargers, run: () => store.toChargers() },
    { key: 'find', group: 'action', title: words.chargers.find, run: () => store.go({ at: 'find' }) },
    { key: 'connect', group: 'action', title: words.chargers.connectAnother, run: () => store.go({ at: 'connect' }) },
    { key: 'buy', group: 'action', title: words.rail.buy, run: () => store.toBuy() },
    { key: 'matters', group: 'action', title: words.palette.buyPart(words.buy.part.matters), run: () => store.toBuy('matters') },
    { key: 'practice', group: 'action', title: words.rail.practice, run: () => store.toShelf() },
    { key: 'site', group: 'action', title: words.top.siteButton, run: () => store.go({ at: 'site' }) },
    { key: 'keys', group: 'action', title: words.palette.keys, run: onkeys },
    ...themes.map((theme): Entry => ({ key: theme, group: 'action', title: words.palette.theme[theme], run: () => look.choose(theme) })),
  ];
}

/** Entries that hold every word of the query. */
export function matching(all: Entry[], query: string): Entry[] {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter(({ title, group }) => {
    const text = `${title} ${words.palette.group[group]}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}
