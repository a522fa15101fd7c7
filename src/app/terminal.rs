//! Taking the terminal and giving it back, whatever happens.

use std::{
    io::{self, BufWriter, Stdout, Write},
    panic,
    sync::{
        Once,
        atomic::{AtomicBool, Ordering},
    },
};

use crossterm::{
    clipboard::CopyToClipboard,
    cursor::Show,
    event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange},
    execute, queue,
    style::Print,
    terminal::{
        BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
    },
};
use ratatui::{Frame, Terminal, backend::CrosstermBackend};

/// What the loop needs of a terminal.
pub(super) trait Stage {
    /// Shows a frame.
    fn draw(&mut self, paint: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()>;
    /// Gives the terminal back.
    fn leave(&mut self) -> io::Result<()>;
    /// Takes the terminal again, and forgets what it shows.
    fn enter(&mut self) -> io::Result<()>;
    /// Hands `text` to the terminal's clipboard.
    fn copy(&mut self, text: &str) -> io::Result<()>;
}

/// Clicks and the wheel, but no motion, so that dragging with Shift still selects text.
const CLICKS_ON: &str = "\x1b[?1000h\x1b[?1006h";
const CLICKS_OFF: &str = "\x1b[?1006l\x1b[?1000l";

/// Whether the terminal is ours. A panic hook has nothing else to look at.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal, while it is ours.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    mouse: bool,
}

impl Screen {
    /// Takes the terminal. It is given back when this is dropped, and before a panic is told.
    pub(super) fn enter(mouse: bool) -> io::Result<Self> {
        restore_before_panics();
        // What NO_COLOR asks for is the theme's affair: crossterm would send resets that take the
        // reversal of the chosen row with them.
        crossterm::style::force_color_output(true);
        take(mouse)?;
        // A frame is one write.
        let writer = BufWriter::with_capacity(1 << 16, io::stdout());
        let terminal = Terminal::new(CrosstermBackend::new(writer)).inspect_err(|_| {
            let _ = restore();
        })?;
        Ok(Self { terminal, mouse })
    }
}

impl Stage for Screen {
    fn draw(&mut self, paint: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(|frame| paint(frame))?;
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)
    }

    fn leave(&mut self) -> io::Result<()> {
        restore()
    }

    fn enter(&mut self) -> io::Result<()> {
        // Whoever had it in between may have left it in any mode: take it from the start.
        restore()?;
        take(self.mouse)?;
        self.terminal.clear()
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(self.terminal.backend_mut(), CopyToClipboard::to_clipboard_from(text))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // A frame that panicked half-way is flushed when the writer goes: let it end what it began.
        let _ = execute!(self.terminal.backend_mut(), EndSynchronizedUpdate);
        let _ = restore();
    }
}

fn take(mouse: bool) -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    let result = enable_raw_mode().and_then(|()| {
        let mut out = io::stdout();
        queue!(out, EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange)?;
        if mouse {
            queue!(out, Print(CLICKS_ON))?;
        }
        out.flush()
    });
    result.inspect_err(|_| {
        let _ = restore();
    })
}

/// Gives the terminal back, if it is ours. Goes on when a step fails: each counts.
fn restore() -> io::Result<()> {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let written = execute!(
        io::stdout(),
        EndSynchronizedUpdate,
        Print(CLICKS_OFF),
        DisableFocusChange,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        Show
    );
    disable_raw_mode().and(written)
}

/// A panic is told on a terminal that can be read, whichever thread it is on.
fn restore_before_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let told = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let _ = restore();
            told(info);
        }));
    });
}
