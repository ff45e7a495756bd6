import './boot';
import { mount } from 'svelte';
import '@fontsource-variable/inter';
import 'uplot/dist/uPlot.min.css';
import './app.css';
import App from './App.svelte';
import type { Backend } from './backend';
import { followTheme } from './state/theme.svelte';

/** The engine; outside the real window (never in a build for people) the scripted site. */
async function backend(): Promise<Backend> {
  if (import.meta.env.MODE !== 'production' && !('__TAURI_INTERNALS__' in window)) {
    const { siteNamed } = await import('./backend/demo');
    return siteNamed(new URLSearchParams(location.search).get('site') ?? 'empty');
  }
  return (await import('./backend/tauri')).engine;
}

async function start(): Promise<void> {
  followTheme();
  const target = document.getElementById('app');
  if (!target) throw new Error('index.html has no #app');
  mount(App, { target, props: { backend: await backend() } });
}

void start();
