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
use ratatui::{Frame, Terminal, backend::CrosstermBackend, layout::Rect};

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
        if !TAKEN.load(Ordering::SeqCst) {
            // Another thread panicked and its message stands there; the loop is about to hear of it.
            return Ok(());
        }
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
        // `Terminal::clear` would ask for the cursor, and whoever reads the input would take the answer.
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::new(0, 0, size.width, size.height))
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

#[cfg(test)]
mod tests {
    use std::{env, io::Read};

    use portable_pty::{CommandBuilder, PtySize, native_pty_system};

    use super::*;

    /// Says in the second process that it is the second.
    const INSIDE: &str = "PALISADE_TEST_INSIDE_A_TERMINAL";

    #[test]
    fn a_panic_is_told_on_a_terminal_that_was_given_back() {
        if env::var_os(INSIDE).is_some() {
            let mut screen = Screen::enter(true).unwrap();
            screen.draw(&mut |_| panic!("half-way through a frame")).unwrap();
        }
        let pair = native_pty_system().openpty(PtySize::default()).unwrap();
        let mut command = CommandBuilder::new(env::current_exe().unwrap());
        command.args(["--exact", "app::terminal::tests::a_panic_is_told_on_a_terminal_that_was_given_back", "--nocapture"]);
        command.env(INSIDE, "1");
        command.env("TERM", "xterm-256color");
        let mut child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut written = Vec::new();
        let mut buffer = [0; 4096];
        let mut reader = pair.master.try_clone_reader().unwrap();
        // A closed terminal reads as an error on Linux.
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            written.extend_from_slice(&buffer[..count]);
        }
        assert!(!child.wait().unwrap().success());
        let written = String::from_utf8_lossy(&written);
        let at = |what: &str| written.rfind(what).unwrap_or_else(|| panic!("no {what:?} in {written:?}"));
        let told = at("half-way through a frame");
        for (on, off) in
            [("\x1b[?1049h", "\x1b[?1049l"), ("\x1b[?2004h", "\x1b[?2004l"), ("\x1b[?1000h", "\x1b[?1000l"), ("\x1b[?1004h", "\x1b[?1004l")]
        {
            assert!(at(on) < at(off) && at(off) < told, "{off:?} comes too late in {written:?}");
        }
        assert!(!written.contains("\x1b[?2026h") || at("\x1b[?2026h") < at("\x1b[?2026l"));
    }
}
