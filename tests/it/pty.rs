//! The dashboard in a pseudo-terminal, end to end: the real binary, keys in, cells out.

use std::{
    fs,
    io::{Read, Write},
    num::NonZeroU16,
    process::Command,
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;
use vt100::{MouseProtocolMode, Parser, Screen};

/// How long anything may take before the test fails; nothing comes near it.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long nothing may come from a dashboard at rest.
const REST: Duration = Duration::from_millis(2500);

/// The worst finding of the demo account: on the first screen once the checks have run.
const HOME: &str = "fn:webhook-in";

const CTRL_C: &str = "\x03";
const CTRL_L: &str = "\x0c";
const CTRL_Z: &str = "\x1a";

/// What a terminal is told beside cells.
#[derive(Default)]
struct Told {
    copied: Vec<Vec<u8>>,
}

impl vt100::Callbacks for Told {
    fn copy_to_clipboard(&mut self, _: &mut Screen, _: &[u8], data: &[u8]) {
        self.copied.push(data.to_vec());
    }
}

/// A terminal with a program in it.
pub(crate) struct Tty {
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    bytes: Receiver<Vec<u8>>,
    parser: Parser<Told>,
    /// Everything that was written, and how much of it was looked at.
    raw: Vec<u8>,
    _home: TempDir,
}

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap()
}

/// The dashboard of the demo account, `arguments` added, in a terminal of 120x36.
fn demo(arguments: &[&str], variables: &[(&str, &str)]) -> Tty {
    Tty::spawn(env!("CARGO_BIN_EXE_palisade"), &[&["demo", "--theme", "dark"], arguments].concat(), variables)
}

impl Tty {
    pub(crate) fn spawn(program: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let home = TempDir::new().unwrap();
        let pair = native_pty_system().openpty(size(36, 120)).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        command.cwd(home.path());
        for (name, value) in [("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("LANG", "C.UTF-8"), ("PATH", "/usr/bin:/bin")] {
            command.env(name, value);
        }
        command.env("HOME", home.path());
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, bytes) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 1 << 14];
            // A closed terminal reads as an error on Linux.
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let keys = pair.master.take_writer().unwrap();
        let parser = Parser::new_with_callbacks(cells(36), cells(120), 0, Told::default());
        Self { master: pair.master, keys, child, bytes, parser, raw: Vec::new(), _home: home }
    }

    /// Takes in what the program writes within `wait`; false when it is silent, or gone.
    fn listen(&mut self, wait: Duration) -> Result<(), RecvTimeoutError> {
        let bytes = self.bytes.recv_timeout(wait)?;
        self.parser.process(&bytes);
        self.raw.extend(bytes);
        Ok(())
    }

    /// Waits until `condition` holds.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, condition: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !condition(self) {
            // What is waited for may be a file: that comes without a word in the terminal.
            let left = deadline.saturating_duration_since(Instant::now());
            let heard = self.listen(left.min(Duration::from_millis(100)));
            if left.is_zero() || heard == Err(RecvTimeoutError::Disconnected) {
                panic!("never came: {what}\n{}", self.text());
            }
        }
    }

    #[track_caller]
    pub(crate) fn until_shown(&mut self, words: &str) {
        self.until(words, |tty| tty.text().contains(words));
    }

    /// Takes in what comes until nothing has come for a while: frames have settled.
    fn settle(&mut self) {
        while self.listen(Duration::from_millis(150)).is_ok() {}
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    fn screen(&self) -> &Screen {
        self.parser.screen()
    }

    pub(crate) fn text(&self) -> String {
        self.screen().contents()
    }

    fn resize(&mut self, rows: u16, cols: u16) {
        self.master.resize(size(rows, cols)).unwrap();
        self.parser.set_size(cells(rows), cells(cols));
    }

    fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// The exit code, after everything that was written has been taken in.
    #[track_caller]
    pub(crate) fn end(&mut self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.listen(deadline.saturating_duration_since(Instant::now())) {
                Ok(()) => {}
                Err(RecvTimeoutError::Disconnected) => return self.child.wait().unwrap().exit_code(),
                Err(RecvTimeoutError::Timeout) => panic!("it did not end\n{}", self.text()),
            }
        }
    }

    /// Whether the terminal is as a shell expects it.
    #[track_caller]
    pub(crate) fn assert_given_back(&self) {
        let screen = self.screen();
        assert!(!screen.alternate_screen(), "still on the other screen");
        assert!(!screen.hide_cursor(), "the cursor is hidden");
        assert!(!screen.bracketed_paste(), "pastes are still bracketed");
        assert_eq!(screen.mouse_protocol_mode(), MouseProtocolMode::None, "the mouse is still captured");
        let raw = String::from_utf8_lossy(&self.raw);
        for (on, off) in [("\x1b[?1004h", "\x1b[?1004l"), ("\x1b[?2026h", "\x1b[?2026l"), ("\x1b[?1049h", "\x1b[?1049l")] {
            assert!(raw.rfind(off) > raw.rfind(on), "{on:?} was not undone");
        }
        if let Some(modes) = self.master.get_termios() {
            assert!(format!("{:?}", modes.local_flags).contains("ICANON"), "the terminal is still raw: {:?}", modes.local_flags);
        }
    }

    /// Rows that are reversed from edge to edge, or nearly so.
    fn reversed_rows(&self) -> usize {
        let (rows, cols) = self.screen().size();
        let reversed = |row| (0..cols.get()).filter(|col| self.screen().cell(row, *col).is_some_and(vt100::Cell::inverse)).count();
        (0..rows.get()).filter(|row| reversed(*row) >= 20).count()
    }

    fn colours(&self) -> usize {
        let (rows, cols) = self.screen().size();
        let places = (0..rows.get()).flat_map(|row| (0..cols.get()).map(move |col| (row, col)));
        let cells = places.filter_map(|(row, col)| self.screen().cell(row, col));
        cells.filter(|cell| cell.fgcolor() != vt100::Color::Default || cell.bgcolor() != vt100::Color::Default).count()
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        // A failed test leaves nothing behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn signal(name: &str, pid: u32) {
    let status = Command::new("sh").args(["-c", &format!("kill -{name} {pid}")]).status().unwrap();
    assert!(status.success(), "kill -{name} {pid}");
}

/// Waits until the process is stopped.
#[cfg(target_os = "linux")]
#[track_caller]
fn until_stopped(pid: u32) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let state = stat.rsplit_once(") ").map(|(_, rest)| rest.as_bytes()[0]);
        if state == Some(b'T') {
            return;
        }
        assert!(Instant::now() < deadline, "it did not stop: {stat}");
        thread::yield_now();
    }
}

#[test]
fn it_starts_and_quits_and_leaves_nothing_behind() {
    for (keys, arguments) in [("q", &[][..]), (CTRL_C, &["--no-mouse"])] {
        let mut tty = demo(arguments, &[]);
        tty.until_shown(HOME);
        let screen = tty.screen();
        assert!(screen.alternate_screen() && screen.bracketed_paste());
        let mouse = if arguments.is_empty() { MouseProtocolMode::PressRelease } else { MouseProtocolMode::None };
        assert_eq!(screen.mouse_protocol_mode(), mouse, "clicks and the wheel, no motion");
        tty.press(keys);
        assert_eq!(tty.end(), 0);
        tty.assert_given_back();
    }
}

#[test]
fn a_finding_is_found_opened_and_its_fix_copied() {
    let mut tty = demo(&[], &[]);
    tty.until_shown(HOME);
    tty.press("gi");
    tty.until_shown("fn:legacy-etl");
    tty.press("/webhook FN-002\r");
    tty.until("the filtered list", |tty| tty.text().contains(HOME) && !tty.text().contains("fn:legacy-etl"));
    tty.press("\r");
    tty.until_shown("Evidence");
    tty.press("f");
    tty.until_shown("Undo");
    tty.press("y");
    tty.until_shown("copied");
    assert!(tty.text().contains("OSC 52"), "{}", tty.text());
    let copied = tty.parser.callbacks().copied.clone();
    assert_eq!(copied.len(), 1);
    // `aws lambda update-`, in base 64.
    assert!(copied[0].starts_with(b"YXdzIGxhbWJkYSB1cGRhdGUt"), "{}", String::from_utf8_lossy(&copied[0]));
    tty.press("qqqq");
    assert_eq!(tty.end(), 0);
}

#[test]
fn a_paste_is_text_and_never_keys() {
    let mut tty = demo(&[], &[]);
    tty.until_shown(HOME);
    tty.press("\x1b[200~q\rgiq\x1b[201~");
    tty.settle();
    assert!(tty.screen().alternate_screen() && tty.text().contains("Overview"), "{}", tty.text());
    tty.press("gi/");
    tty.press("\x1b[200~legacy\nq\x1b[201~");
    tty.until_shown("legacy");
    assert!(tty.screen().alternate_screen());
}

#[test]
fn it_rests_when_nothing_happens() {
    let mut tty = demo(&[], &[]);
    tty.until_shown(HOME);
    tty.settle();
    assert_eq!(tty.listen(REST), Err(RecvTimeoutError::Timeout), "it writes at rest");
}

#[test]
fn a_storm_of_sizes_ends_in_the_last_one() {
    let mut tty = demo(&[], &[]);
    tty.until_shown(HOME);
    tty.settle();
    let before = tty.raw.len();
    for step in 0..100 {
        tty.resize(1 + step % 40, 1 + (step * 7) % 160);
    }
    tty.resize(30, 100);
    tty.until("a frame of the last size", |tty| tty.text().contains(HOME) && tty.screen().cell(29, 0).is_some());
    tty.settle();
    let frames = tty.raw[before..].windows(8).filter(|bytes| bytes == b"\x1b[?2026h").count();
    assert!((1..=61).contains(&frames), "{frames} frames for a hundred sizes");
    tty.press("q");
    assert_eq!(tty.end(), 0);
}

#[test]
fn every_size_down_to_one_cell_is_drawn() {
    let mut tty = demo(&[], &[]);
    tty.until_shown(HOME);
    for (rows, cols) in [(24, 80), (16, 60), (10, 40), (5, 20), (2, 2), (1, 1), (36, 120)] {
        tty.settle();
        let before = tty.raw.len();
        tty.resize(rows, cols);
        tty.until("a frame", |tty| tty.raw[before..].ends_with(b"\x1b[?2026l"));
    }
    tty.until_shown(HOME);
    tty.press("q");
    assert_eq!(tty.end(), 0);
}

#[test]
fn signals_end_it_with_their_code_and_give_the_terminal_back() {
    for (name, code) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        let mut tty = demo(&[], &[]);
        tty.until_shown(HOME);
        signal(name, tty.pid());
        assert_eq!(tty.end(), code, "SIG{name}");
        tty.assert_given_back();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_z_goes_back_to_the_shell_and_fg_comes_back() {
    let script = format!(
        "'{}' demo --theme dark; echo \"stopped by shell: $?\"; read line; fg >/dev/null; echo \"ended: $?\"",
        env!("CARGO_BIN_EXE_palisade")
    );
    let mut tty = Tty::spawn("sh", &["-m", "-c", &script], &[]);
    tty.until_shown(HOME);
    tty.press(CTRL_Z);
    tty.until_shown("stopped by shell");
    tty.assert_given_back();
    tty.press("\r");
    tty.until("the dashboard again", |tty| tty.screen().alternate_screen() && tty.text().contains(HOME));
    tty.press("q");
    tty.until_shown("ended: 0");
    assert_eq!(tty.end(), 0);
    tty.assert_given_back();
}

#[cfg(target_os = "linux")]
#[test]
fn a_stop_from_elsewhere_gives_the_terminal_back_too() {
    let mut tty = demo(&[], &[]);
    tty.until_shown(HOME);
    signal("TSTP", tty.pid());
    until_stopped(tty.pid());
    tty.settle();
    tty.assert_given_back();
    let before = tty.raw.len();
    signal("CONT", tty.pid());
    tty.until("the dashboard again", |tty| tty.screen().alternate_screen() && tty.text().contains(HOME));
    assert!(tty.raw[before..].windows(4).any(|bytes| bytes == b"\x1b[2J"), "what the terminal shows is not known any more");
    tty.press("q");
    assert_eq!(tty.end(), 0);
}

#[test]
fn without_a_shell_ctrl_z_says_so() {
    let mut tty = demo(&[], &[]);
    tty.until_shown(HOME);
    tty.press(CTRL_Z);
    tty.until_shown("no shell");
    tty.press("q");
    assert_eq!(tty.end(), 0);
}

#[test]
fn redraw_paints_everything_anew() {
    let mut tty = demo(&[], &[]);
    tty.until_shown(HOME);
    tty.settle();
    // Somebody else wrote over it.
    tty.parser.process(b"\x1b[2J\x1b[Hgarbage");
    tty.press(CTRL_L);
    tty.until("the dashboard again", |tty| tty.text().contains(HOME) && !tty.text().contains("garbage"));
}

#[test]
fn no_color_keeps_the_chosen_row_and_writes_no_colour() {
    let mut tty = demo(&[], &[("NO_COLOR", "1")]);
    tty.until_shown(HOME);
    tty.until("a reversed row", |tty| tty.reversed_rows() > 0);
    assert_eq!(tty.colours(), 0);
}

#[test]
fn the_terminal_is_asked_whether_it_is_light() {
    let mut tty = Tty::spawn(env!("CARGO_BIN_EXE_palisade"), &["demo"], &[]);
    tty.until("the question", |tty| tty.raw.windows(6).any(|bytes| bytes == b"\x1b]11;?"));
    tty.press("\x1b]10;rgb:2020/2020/2020\x1b\\\x1b]11;rgb:ffff/ffff/f0f0\x1b\\\x1b[?62;c");
    tty.until_shown(HOME);
    let ground = tty.screen().cell(0, 0).unwrap().bgcolor();
    assert!(matches!(ground, vt100::Color::Rgb(r, g, b) if r > 200 && g > 200 && b > 200), "{ground:?}");
}

#[test]
fn a_terminal_that_answers_late_or_never_is_usable() {
    let mut tty = Tty::spawn(env!("CARGO_BIN_EXE_palisade"), &["demo"], &[]);
    tty.until_shown(HOME);
    // Too late: none of this is a key. A `q` among the keys would quit.
    tty.press("\x1b]10;rgb:qqqq/qqqq/qqqq\x1b\\\x1b]11;rgb:qqqq/qqqq/qqqq\x1b\\");
    tty.settle();
    assert!(tty.screen().alternate_screen());
    tty.press("q");
    assert_eq!(tty.end(), 0);
}

#[test]
fn a_dumb_terminal_and_a_broken_theme_are_refused_before_anything_is_drawn() {
    let mut tty = demo(&[], &[("TERM", "dumb")]);
    assert_eq!(tty.end(), 2);
    assert!(tty.text().contains("palisade scan"), "{}", tty.text());
    assert!(!tty.raw.contains(&0x1b));

    let mut tty = Tty::spawn(env!("CARGO_BIN_EXE_palisade"), &["demo", "--theme", "drak"], &[]);
    assert_eq!(tty.end(), 2);
    assert!(tty.text().contains("did you mean 'dark'?"), "{}", tty.text());
    assert!(!tty.raw.contains(&0x1b));
}

#[test]
fn without_a_terminal_it_prints_the_report() {
    let home = TempDir::new().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_palisade"))
        .arg("demo")
        .env_clear()
        .env("HOME", home.path())
        .env("TERM", "xterm-256color")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!output.stdout.is_empty() && !output.stdout.contains(&0x1b));
}
