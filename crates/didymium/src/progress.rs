//! How far an import or an audit is: a bar on a terminal, a line now and then elsewhere.

use std::io::IsTerminal as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use didymium_node::audit::Watch;
use didymium_node::import::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Pause between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Shows the progress of one table.
pub struct TableProgress {
    name: String,
    bar: ProgressBar,
    plain: bool,
    last: Instant,
}

impl TableProgress {
    /// For a table of `bytes` bytes, where that is known.
    pub fn new(name: &str, bytes: Option<u64>) -> Self {
        let plain = !std::io::stderr().is_terminal();
        let bar = ProgressBar::with_draw_target(
            bytes,
            if plain {
                ProgressDrawTarget::hidden()
            } else {
                ProgressDrawTarget::stderr()
            },
        );
        let style = ProgressStyle::with_template("  {prefix:28} {bar:28} {bytes:>10} {msg} {eta}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_prefix(name.to_owned());
        Self {
            name: name.to_owned(),
            bar,
            plain,
            last: Instant::now(),
        }
    }

    /// Takes the bar away; whoever imports says what came of it.
    pub fn done(self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for TableProgress {
    fn rows(&mut self, rows: u64, bytes: u64) {
        self.bar.set_position(bytes);
        self.bar.set_message(format!("{rows} rows"));
        if self.plain && self.last.elapsed() >= LINE_EVERY {
            self.last = Instant::now();
            crate::output::Output::new(false).say(&format!("  {}: {rows} rows", self.name));
        }
    }
}

/// Shows how many entries of a log are checked.
pub struct EntryProgress {
    bar: ProgressBar,
    plain: bool,
    last: Mutex<Instant>,
}

impl EntryProgress {
    /// Before the first entry.
    pub fn new() -> Self {
        let plain = !std::io::stderr().is_terminal();
        let target = if plain {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        let style = ProgressStyle::with_template("  entries {bar:28} {human_pos} of {human_len} {eta}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self {
            bar,
            plain,
            last: Mutex::new(Instant::now()),
        }
    }

    /// Takes the bar away.
    pub fn done(self) {
        self.bar.finish_and_clear();
    }
}

impl Watch for EntryProgress {
    fn entries(&self, done: u64, total: u64) {
        if !self.plain {
            self.bar.set_length(total);
            self.bar.set_position(done);
        } else if let Ok(mut last) = self.last.try_lock()
            && last.elapsed() >= LINE_EVERY
        {
            *last = Instant::now();
            crate::output::Output::new(false).say(&format!("  {done} of {total} entries"));
        }
    }
}
