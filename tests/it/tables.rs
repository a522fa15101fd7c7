//! The tables of others that are embedded: whose they are, and how old.

use std::{collections::BTreeMap, fs, path::Path, time::SystemTime};

use serde::Deserialize;

use palisade::model::Timestamp;

/// Days after which a table should be built again.
const STALE: i64 = 180;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Entry {
    source: String,
    version: String,
    licence: String,
    licence_text: String,
    date: String,
}

#[test]
fn every_table_names_source_version_licence_and_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/iam/data");
    let manifest = fs::read_to_string(folder.join("manifest.toml")).expect("the manifest");
    let entries: BTreeMap<String, Entry> = toml::from_str(&manifest).expect("the manifest's form");
    let tables: Vec<String> = fs::read_dir(&folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .filter(|name| name.ends_with(".zst"))
        .collect();
    assert!(tables.len() >= 4, "{tables:?}");
    assert_eq!(tables.len(), entries.len(), "tables and entries of the manifest");
    for table in tables {
        let entry = &entries[&table];
        assert!(!entry.source.is_empty() && !entry.version.is_empty(), "{table}");
        assert!(["MIT", "Apache-2.0"].contains(&entry.licence.as_str()), "{table} is under {}", entry.licence);
        let text = fs::read_to_string(folder.join(&entry.licence_text)).expect("the licence's text");
        let words = if entry.licence == "MIT" { "Permission is hereby granted" } else { "Apache License" };
        assert!(text.contains(words), "{table}: {}", entry.licence_text);
        let date: Timestamp = format!("{}T00:00:00Z", entry.date).parse().expect("a date");
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs();
        let now = Timestamp::from_unix(now.try_into().expect("a time")).expect("a time");
        let age = now.days_since(date);
        if age > STALE {
            println!("warning: {table} ({} {}) is {age} days old: src/iam/data/rebuild.py", entry.source, entry.version);
        }
    }
}
