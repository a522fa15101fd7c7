//! What takes time outside the program: the machine's clipboard, and files. Each job has a thread
//! and ends with a line on the screen.

use std::{
    env,
    fs::OpenOptions,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use super::{
    clipboard,
    event::{Crash, Event, Events},
};
use crate::{
    checks::Waiver,
    iam::Library,
    model::{Posture, text},
    paths::Question,
    ui::Toast,
};

/// Writes a snapshot somewhere and says where, or why not.
pub type Saver = Arc<dyn Fn(&Posture) -> Result<PathBuf, String> + Send + Sync>;

/// Keeps a waiver somewhere and says where.
pub type Waiving = Arc<dyn Fn(&Waiver) -> io::Result<PathBuf> + Send + Sync>;

/// Starts jobs.
pub(super) struct Jobs {
    events: Events,
    out_dir: PathBuf,
    save: Option<Saver>,
    waive: Option<Waiving>,
}

impl Jobs {
    pub(super) fn new(events: Events, out_dir: PathBuf, save: Option<Saver>, waive: Option<Waiving>) -> Self {
        Self { events, out_dir, save, waive }
    }

    /// Copies to the clipboard of the machine what the terminal's was handed already.
    pub(super) fn copy(&self, text: String, what: String, handed: bool) {
        self.start(move || {
            let tools = clipboard::tools(|name| env::var(name).ok());
            let how: Vec<&str> = handed.then_some("OSC 52").into_iter().chain(clipboard::copy(&text, &tools)).collect();
            if how.is_empty() {
                return Toast::bad(format!("{what} was not copied: no clipboard answers"));
            }
            Toast::good(format!("copied {what}, {} ({})", size(text.len()), how.join(", ")))
        });
    }

    /// Writes a file to the folder for such files; never over another.
    pub(super) fn write(&self, name: String, contents: String) {
        let folder = self.out_dir.clone();
        self.start(move || match write_new(&folder, &name, &contents) {
            Ok(path) => Toast::good(format!("wrote {}", shown(&path))),
            Err(error) => Toast::bad(text::clean(&format!("{name} was not written: {error}"))),
        });
    }

    /// Keeps `waiver`; only what is kept holds.
    pub(super) fn waive(&self, waiver: Waiver) {
        let (events, waive) = (self.events.clone(), self.waive.clone());
        self.start(move || {
            let kept = match waive.map(|waive| waive(&waiver)) {
                Some(Ok(path)) => Toast::good(format!("{} is waived until {}: {}", waiver.check, waiver.expires, shown(&path))),
                Some(Err(error)) => return Toast::bad(text::clean(&format!("the waiver was not kept: {error}"))),
                None => Toast::note(format!("{} is waived for this session only: this is the demo account", waiver.check)),
            };
            // The loop has ended when nobody listens.
            let _ = events.blocking_send(Event::Waived(Arc::new(waiver)));
            kept
        });
    }

    /// Saves a snapshot.
    pub(super) fn save(&self, posture: Arc<Posture>) {
        let save = self.save.clone();
        self.start(move || match save.map(|save| save(&posture)) {
            Some(Ok(path)) => Toast::good(format!("saved {}", shown(&path))),
            Some(Err(error)) => Toast::bad(text::clean(&format!("the snapshot was not saved: {error}"))),
            None => Toast::note("there is nothing to save here"),
        });
    }

    /// Finds out what a screen asks about `posture`, of which `library` holds the documents if they were parsed already.
    pub(super) fn answer(&self, worlds: u64, question: Question, posture: Arc<Posture>, library: Option<Arc<Library>>) {
        self.begin(move || {
            let library = library.unwrap_or_else(|| Library::new(&posture).into());
            Event::Answered { worlds, found: question.answer(&posture, library) }
        });
    }

    fn start(&self, job: impl FnOnce() -> Toast + Send + 'static) {
        self.begin(|| Event::Told(job()));
    }

    fn begin(&self, job: impl FnOnce() -> Event + Send + 'static) {
        let events = self.events.clone();
        let started = thread::Builder::new().name("job".to_owned()).spawn(move || {
            let _crash = Crash(events.clone());
            // The loop has ended when nobody listens: then nobody reads the line either.
            let _ = events.blocking_send(job());
        });
        if let Err(error) = started {
            let _ = self.events.try_send(Event::Told(Toast::bad(format!("no thread for this: {error}"))));
        }
    }
}

fn shown(path: &Path) -> String {
    text::clean(&path.display().to_string()).into_owned()
}

fn size(bytes: usize) -> String {
    match bytes {
        0..10_000 => format!("{bytes} B"),
        _ => format!("{} kB", bytes / 1000),
    }
}

/// Writes `name` into `folder`; when there is such a file, `name-2`, and so on. Only its owner may read it.
fn write_new(folder: &Path, name: &str, contents: &str) -> io::Result<PathBuf> {
    let name = Path::new(name).file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let plain = folder.join(name);
    let stem = plain.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let extension = plain.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
    let others = (2..100).map(|number| folder.join(format!("{stem}-{number}{extension}")));
    for path in std::iter::once(plain).chain(others) {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&path) {
            Ok(mut file) => {
                file.write_all(contents.as_bytes())?;
                file.sync_all()?;
                return Ok(path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::Tone;

    #[test]
    fn a_file_is_never_written_over_nor_outside_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let first = write_new(folder.path(), "../fix.sh", "one").unwrap();
        let second = write_new(folder.path(), "fix.sh", "two").unwrap();
        assert_eq!(first, folder.path().join("fix.sh"));
        assert_eq!(second, folder.path().join("fix-2.sh"));
        assert_eq!(std::fs::read_to_string(first).unwrap(), "one");
        assert_eq!(std::fs::read_to_string(second).unwrap(), "two");
        assert!(write_new(folder.path(), "..", "x").is_err());
        assert!(write_new(&folder.path().join("missing"), "x", "x").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = write_new(folder.path(), "fix.sh", "x").unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[tokio::test]
    async fn every_job_ends_with_a_line() {
        let (events, mut received) = super::super::event::channel();
        let folder = tempfile::tempdir().unwrap();
        let refuse: Saver = Arc::new(|_| Err("disk full\u{1b}[31m".to_owned()));
        let jobs = Jobs::new(events, folder.path().to_owned(), Some(refuse), None);
        jobs.write("a.json".to_owned(), "{}".to_owned());
        let Some(Event::Told(toast)) = received.recv().await else { panic!("nothing was told") };
        assert!(toast.text.starts_with("wrote ") && toast.tone == Tone::Good, "{toast:?}");
        jobs.save(Arc::new(Posture::new("123456789012", crate::model::Timestamp::EPOCH)));
        let Some(Event::Told(toast)) = received.recv().await else { panic!("nothing was told") };
        assert!(toast.text.contains("disk full") && !toast.text.contains('\u{1b}') && toast.tone == Tone::Bad, "{toast:?}");
    }
}
