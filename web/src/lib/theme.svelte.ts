export type Theme = 'light' | 'dark';

const STORED = 'didymium.theme';

function device(): Theme {
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

function chosen(): Theme | undefined {
  const value = document.documentElement.dataset['theme'];
  return value === 'light' || value === 'dark' ? value : undefined;
}

let current = $state<Theme>(chosen() ?? device());
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  current = chosen() ?? device();
});

/** The colours shown now. */
export function theme(): Theme {
  return current;
}

/** Turns to the other colours; where that is what the device asks for, the device is followed again. */
export function toggleTheme(): void {
  current = current === 'dark' ? 'light' : 'dark';
  try {
    if (current === device()) {
      delete document.documentElement.dataset['theme'];
      localStorage.removeItem(STORED);
    } else {
      document.documentElement.dataset['theme'] = current;
      localStorage.setItem(STORED, current);
    }
  } catch {
    document.documentElement.dataset['theme'] = current;
  }
}
