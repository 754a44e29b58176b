import { mount } from 'svelte';
import './lib/theme.css';
import App from './App.svelte';
import { startRouter } from './lib/router.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('the page has no #app');
startRouter();
mount(App, { target });
