//! The dashboard of a live account, in a pseudo-terminal: read from an emulator, and painted again when that is gone.

use tempfile::TempDir;

use crate::{
    emulator::{Emulator, Kind},
    planted,
    pty::Tty,
};

/// A function whose policy lets in anyone.
const OPEN: &str = "fn:public-alias";

fn dashboard(url: &str, home: &TempDir) -> Tty {
    let home = home.path().to_str().unwrap();
    Tty::spawn(
        env!("CARGO_BIN_EXE_palisade"),
        &["--theme", "dark", "--endpoint-url", url, "--region", planted::REGION],
        &[("HOME", home), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_EC2_METADATA_DISABLED", "true")],
    )
}

#[test]
fn the_last_snapshot_is_painted_when_the_endpoint_is_gone() {
    let home = TempDir::new().unwrap();
    let emulator = Emulator::start(Kind::Moto);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(planted::plant(&emulator));
    let url = emulator.endpoint.url().to_owned();

    let mut first = dashboard(&url, &home);
    first.until_shown(OPEN);
    // The account has been read to its end when its snapshot is kept.
    first.press("c");
    let all = palisade::collect::Collector::ALL.len();
    first.until_shown(&format!("{all} of {all} ended"));
    let kept = home.path().join(".local/share/palisade/snapshots");
    first.until("the snapshot", |_| {
        kept.read_dir().is_ok_and(|mut files| files.any(|file| !file.unwrap().file_name().to_string_lossy().starts_with('.')))
    });
    first.press("\x03");
    assert_eq!(first.end(), 0);
    first.assert_given_back();

    drop(emulator);
    let mut second = dashboard(&url, &home);
    second.until_shown(OPEN);
    second.until_shown("cannot reach the endpoint");
    second.press("\x03");
    assert_eq!(second.end(), 0);
    second.assert_given_back();
}
