//! Servers that speak AWS on this machine: moto and ministack, installed and started by the tests themselves.
//!
//! Their gaps differ, and where they disagree one of them is wrong, so what one lacks the other may show.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use crate::endpoint::Endpoint;

/// An emulator of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Moto,
    Ministack,
}

impl Kind {
    /// Where it is installed: one folder a version, so that a new version is a new install.
    fn folder(self) -> &'static str {
        match self {
            Self::Moto => "moto-5.2.5",
            Self::Ministack => "ministack-1.5.33",
        }
    }

    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Moto => &["moto==5.2.5", "flask", "flask-cors", "docker", "openapi-spec-validator", "py-partiql-parser", "joserfc"],
            Self::Ministack => &["ministack==1.5.33"],
        }
    }

    /// The account it plays.
    pub(crate) fn account(self) -> &'static str {
        match self {
            Self::Moto => "123456789012",
            Self::Ministack => "000000000000",
        }
    }
}

/// A running emulator. It is stopped when it is dropped, which a panic does as well.
#[derive(Debug)]
pub(crate) struct Emulator {
    pub(crate) kind: Kind,
    pub(crate) endpoint: Endpoint,
    server: Child,
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // By its id, and nothing else; it may have ended by itself.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Emulator {
    /// Installs it if need be, starts it on a free port, and waits for it to say that it listens.
    pub(crate) fn start(kind: Kind) -> Self {
        let folder = install(kind);
        let scratch = tempfile_in(&folder);
        // By module: the scripts beside it name the folder in which they were installed, and folders get moved.
        let mut command = match kind {
            Kind::Moto => {
                let mut command = Command::new(folder.join("bin/python3"));
                // Port 0: the system chooses, and the server says which.
                command.args(["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]).env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true");
                command
            }
            Kind::Ministack => {
                let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
                let mut command = Command::new(folder.join("bin/python3"));
                command.args(["-m", "ministack"]);
                // It listens on all interfaces unless it is told otherwise.
                command.env("BIND_HOST", "127.0.0.1").env("SFTP_HOST", "127.0.0.1").env("IOT_MTLS_ENABLED", "0");
                command.env("GATEWAY_PORT", port.to_string());
                command
            }
        };
        let mut server = command
            .env("PYTHONUNBUFFERED", "1")
            .env("TMPDIR", &scratch)
            .current_dir(&scratch)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{kind:?} does not start: {error}"));
        let mut said = BufReader::new(server.stderr.take().unwrap());
        let url = listening(&mut said).unwrap_or_else(|log| {
            let _ = server.kill();
            panic!("{kind:?} ended before it listened:\n{log}")
        });
        // Its log has to go on flowing, or it stops when the pipe is full.
        thread::spawn(move || said.read_to_end(&mut Vec::new()));
        Self { kind, endpoint: Endpoint::new(&url), server }
    }
}

/// A Python that has boto3.
pub(crate) fn python() -> PathBuf {
    install(Kind::Moto).join("bin/python3")
}

/// The address in the line `Running on http://127.0.0.1:PORT`.
fn listening(said: &mut impl BufRead) -> Result<String, String> {
    let mut log = String::new();
    loop {
        let from = log.len();
        if !said.read_line(&mut log).is_ok_and(|read| read > 0) {
            return Err(log);
        }
        if let Some((_, address)) = log[from..].split_once("Running on ") {
            return Ok(address.split_whitespace().next().unwrap().to_owned());
        }
    }
}

fn tempfile_in(folder: &Path) -> PathBuf {
    let scratch = folder.join("scratch");
    fs::create_dir_all(&scratch).unwrap();
    scratch
}

/// Makes the virtual environment once; tests that run at the same time wait for each other.
fn install(kind: Kind) -> PathBuf {
    // `target/tmp`, wherever `target` is.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("emulators");
    fs::create_dir_all(&target).unwrap();
    let folder = target.join(kind.folder());
    let lock = File::create(target.join(format!("{}.lock", kind.folder()))).unwrap();
    lock.lock().unwrap();
    let complete = folder.join(".complete");
    if !complete.exists() {
        let _ = fs::remove_dir_all(&folder);
        succeed(Command::new("python3").args(["-m", "venv"]).arg(&folder));
        succeed(
            Command::new(folder.join("bin/python3"))
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
                .args(kind.packages()),
        );
        fs::write(&complete, "").unwrap();
    }
    folder
}

fn succeed(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}:\n{}", String::from_utf8_lossy(&output.stderr));
}
