//! Writing a snapshot: to a temporary file, synced, then renamed; readable by its owner only.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use super::{
    StoreError, folders,
    record::{Footer, Header, records},
};
use crate::model::Posture;

/// zstd's own default: -9 is three times slower and saves a sixth.
const COMPRESSION: i32 = 3;

/// Writes `posture` to `path`: all of it or nothing, mode 0600.
///
/// A name that ends in `.jsonl` is written uncompressed.
///
/// # Errors
/// When the folder cannot be made or the file cannot be written; an older file of that name is then untouched.
pub fn save(posture: &Posture, path: &Path) -> Result<(), StoreError> {
    let fail = |source| StoreError::io(path, source);
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    folders::make(folder).map_err(|source| StoreError::io(folder, source))?;
    let draft = Draft::beside(path).map_err(fail)?;
    let compressed = path.extension().is_none_or(|extension| extension != "jsonl");
    write(posture, &draft.file, compressed).map_err(fail)?;
    draft.file.sync_all().map_err(fail)?;
    draft.publish(path).map_err(fail)?;
    // The rename itself lasts only once the folder is on disk; not every file system can sync one.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

fn write(posture: &Posture, file: &File, compressed: bool) -> io::Result<()> {
    let out = BufWriter::new(file);
    if compressed {
        let mut encoder = zstd::Encoder::new(out, COMPRESSION)?;
        encoder.include_checksum(true)?;
        // The encoder is slow with many small writes.
        let mut buffered = BufWriter::with_capacity(1 << 17, encoder);
        lines(posture, &mut buffered)?;
        buffered.into_inner().map_err(io::IntoInnerError::into_error)?.finish()?.flush()
    } else {
        let mut out = out;
        lines(posture, &mut out)?;
        out.flush()
    }
}

fn lines(posture: &Posture, out: &mut impl Write) -> io::Result<()> {
    let mut hasher = blake3::Hasher::new();
    let mut line = Vec::new();
    let mut put = |value: &serde_json::Value, out: &mut dyn Write| -> io::Result<()> {
        line.clear();
        serde_json::to_writer(&mut line, value)?;
        line.push(b'\n');
        hasher.update(&line);
        out.write_all(&line)
    };
    // Through a Value, because its maps are sorted by key: snapshots can be compared line by line.
    put(&serde_json::to_value(Header::of(posture))?, out)?;
    let records = records(posture);
    for record in &records {
        put(&serde_json::to_value(record)?, out)?;
    }
    let footer = Footer { count: records.len(), blake3: hasher.finalize().to_hex().to_string() };
    serde_json::to_writer(&mut *out, &footer)?;
    out.write_all(b"\n")
}

/// A file that is not there yet: removed unless it is published.
struct Draft {
    file: File,
    path: PathBuf,
}

impl Draft {
    fn beside(path: &Path) -> io::Result<Self> {
        let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not a file name"))?;
        let mut draft = std::ffi::OsString::from(".");
        draft.push(name);
        draft.push(format!(".{}.draft", std::process::id()));
        let path = path.with_file_name(draft);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Self { file: options.open(&path)?, path })
    }

    fn publish(self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After a rename there is nothing to remove.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checks::testing,
        model::{GapKind, Listing},
        store::{load, salvage},
    };

    #[test]
    fn what_was_saved_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        for (name, posture) in [("a.palisade.jsonl.zst", testing::with_function(|_| ())), ("b.jsonl", testing::denied())] {
            let path = folder.path().join(name);
            save(&posture, &path).unwrap();
            assert_eq!(load(&path).unwrap(), posture);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "a draft was left behind");
    }

    #[test]
    fn an_account_with_everything_in_it_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        let posture = crate::demo::posture();
        save(&posture, &path).unwrap();
        assert_eq!(load(&path).unwrap(), posture);
    }

    /// What a kind was not there for when the file was written has not been read, and is not absent.
    #[test]
    fn a_snapshot_from_before_there_were_tags_is_read_with_a_gap() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        let mut posture = crate::demo::posture();
        save(&posture, &path).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let lines =
            text.lines().filter(|line| !line.contains(r#""kind":"tagged-resource""#) && !line.contains(r#""list":"tagged-resources""#));
        let mut lines: Vec<&str> = lines.collect();
        lines.pop();
        let kept: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let footer = Footer { count: lines.len() - 1, blake3: blake3::hash(kept.as_bytes()).to_hex().to_string() };
        fs::write(&path, format!("{kept}{}\n", serde_json::to_string(&footer).unwrap())).unwrap();
        for region in posture.regions.values_mut() {
            region.tagged = Listing::default();
        }
        let loaded = load(&path).unwrap();
        assert_eq!(loaded, posture);
        let gap = loaded.tags(&loaded.regions["eu-west-1"].tables.items[0].arn).unwrap_err();
        assert_eq!((gap.kind, gap.action.as_str()), (GapKind::Unread, "tag:GetResources"));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.palisade.jsonl.zst");
        save(&testing::empty(), &path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn the_same_posture_gives_the_same_bytes_with_sorted_keys() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["a.jsonl", "b.jsonl"].map(|name| folder.path().join(name));
        for path in &paths {
            save(&testing::with_function(|_| ()), path).unwrap();
        }
        let text = fs::read_to_string(&paths[0]).unwrap();
        assert_eq!(text, fs::read_to_string(&paths[1]).unwrap());
        for line in text.lines() {
            let keys: Vec<String> = serde_json::from_str::<serde_json::Map<_, _>>(line).unwrap().keys().cloned().collect();
            assert!(keys.is_sorted(), "{keys:?}");
        }
    }

    #[test]
    fn damage_is_refused_with_its_line_and_salvage_reads_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        save(&testing::with_function(|_| ()), &path).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        // Within a line, wherever the middle is.
        let line = text[..text.len() / 2].rfind('\n').unwrap() + 1;
        let half: String = text[..line + 5].to_owned();
        let whole_lines = half.matches('\n').count();
        fs::write(&path, &half).unwrap();
        let error = load(&path).unwrap_err().to_string();
        assert!(error.contains(&format!("line {}", whole_lines + 1)), "{error}");
        let posture = salvage(&path).unwrap();
        assert_eq!(posture.account, testing::ACCOUNT);
        assert!(posture.identity.roles.gap.is_some(), "a salvaged list must not be called complete");
    }

    #[test]
    fn a_changed_byte_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        save(&testing::with_function(|_| ()), &path).unwrap();
        let text = fs::read_to_string(&path).unwrap().replacen("orders", "0rders", 1);
        fs::write(&path, text).unwrap();
        assert!(load(&path).unwrap_err().to_string().contains("damaged"));
    }

    #[test]
    fn other_files_are_told_from_snapshots() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        for (content, words) in [
            ("", "empty"),
            ("{}\n", "not a palisade snapshot"),
            ("\u{1b}[31m\n", "not a palisade snapshot"),
            (r#"{"schema":99,"account":"x"}"#, "newer"),
        ] {
            fs::write(&path, content).unwrap();
            let error = load(&path).unwrap_err().to_string();
            assert!(error.contains(words) && !error.contains('\u{1b}'), "{error:?}");
        }
        assert!(load(&folder.path().join("absent.jsonl")).unwrap_err().to_string().contains("absent.jsonl"));
        assert!(load(folder.path()).is_err());
    }
}
