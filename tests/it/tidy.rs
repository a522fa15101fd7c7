//! What the compiler does not keep: one file a thing, small files, no writes in `collect`, nothing of the making.

use std::{
    fs,
    path::{Path, PathBuf},
};

use palisade::checks::{self, Layer};

const LONGEST_FILE: usize = 400;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below `folder` with this extension, sorted.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|known| known == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn sources() -> Vec<(String, String)> {
    let sources: Vec<(String, String)> = files(&root().join("src"), "rs")
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path.strip_prefix(root()).unwrap().to_string_lossy().into_owned(), text)
        })
        .collect();
    assert!(sources.len() > 50, "the sources were not found");
    sources
}

/// The text up to the tests beside it.
fn production(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests").next().unwrap()
}

#[test]
fn no_file_has_more_than_400_lines_of_production_code() {
    let long: Vec<String> = sources()
        .iter()
        .map(|(path, text)| (path, production(text).lines().count()))
        .filter(|(path, lines)| *lines > LONGEST_FILE && !path.ends_with("/tests.rs"))
        .map(|(path, lines)| format!("{path}: {lines}"))
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn every_file_is_part_of_the_crate() {
    for (path, _) in sources() {
        let path = Path::new(&path);
        let stem = path.file_stem().unwrap().to_str().unwrap();
        if matches!(stem, "lib" | "main") {
            continue;
        }
        let (name, folder) = if stem == "mod" {
            (path.parent().unwrap().file_name().unwrap().to_str().unwrap(), path.parent().unwrap().parent().unwrap())
        } else {
            (stem, path.parent().unwrap())
        };
        let parents = [folder.join("mod.rs"), folder.with_extension("rs"), folder.join("lib.rs")];
        let declared = parents.iter().filter_map(|parent| fs::read_to_string(root().join(parent)).ok()).any(|text| {
            text.lines().any(|line| {
                line.trim_start().trim_start_matches("pub ").trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ")
                    == format!("mod {name};")
            })
        });
        assert!(declared, "{} has no mod line", path.display());
    }
}

#[test]
fn every_check_is_one_file_named_by_its_slug_in_the_folder_of_its_layer() {
    let mut ids = Vec::new();
    for check in checks::all() {
        let file = format!("src/checks/{}/{}.rs", check.layer.word(), check.slug.replace('-', "_"));
        let text = fs::read_to_string(root().join(&file)).unwrap_or_else(|_| panic!("{}: no file {file}", check.id));
        assert!(text.contains(&format!("id: \"{}\"", check.id)), "{file} is not {}", check.id);
        assert!(text.starts_with(&format!("//! {}", check.id)), "{file} does not begin with what {} is", check.id);
        assert!(text.contains("mod tests"), "{file} has no cases");
        let prefix = ["FN", "IA", "DP", "MV", "IR"][check.layer.index()];
        assert!(check.id.starts_with(prefix), "{} is in the wrong layer", check.id);
        for (what, words) in [("title", check.title), ("why", check.why), ("how", check.how)] {
            assert!(words.len() > 10, "{}: {what} says nothing", check.id);
        }
        assert!(!check.links.csf.is_empty(), "{} has no NIST CSF key", check.id);
        assert!(!check.reads.is_empty(), "{} reads nothing", check.id);
        ids.push(check.id);
    }
    let written: usize = Layer::ALL
        .iter()
        .map(|layer| {
            files(&root().join("src/checks").join(layer.word()), "rs")
                .iter()
                .filter(|path| fs::read_to_string(path).unwrap().contains("static CHECK: Check"))
                .count()
        })
        .sum();
    assert_eq!(ids.len(), written, "a check is written but not listed");
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), ids.len(), "an id is used twice");
}

#[test]
fn collect_calls_nothing_that_writes() {
    const WRITES: [&str; 24] = [
        "add_",
        "associate_",
        "attach_",
        "cancel_",
        "copy_",
        "create_",
        "delete_",
        "detach_",
        "disable_",
        "disassociate_",
        "enable_",
        "generate_",
        "import_",
        "invoke",
        "publish_",
        "put_",
        "remove_",
        "restore_",
        "revoke_",
        "set_",
        "start_",
        "stop_",
        "tag_",
        "update_",
    ];
    for (path, text) in sources().iter().filter(|(path, _)| path.starts_with("src/collect")) {
        for (number, line) in production(text).lines().enumerate() {
            // An SDK operation is a method call without arguments on a client.
            let calls =
                line.split(['.', ' ']).filter_map(|word| word.strip_suffix("()").or_else(|| word.split_once("()").map(|(name, _)| name)));
            // It starts a job that only reads, on request.
            let calls = calls.filter(|call| *call != "generate_service_last_accessed_details");
            for call in calls.filter(|_| line.contains("client") || line.trim_start().starts_with('.')) {
                assert!(!WRITES.iter().any(|write| call.starts_with(write)), "{path}:{}: {line}", number + 1);
            }
        }
    }
}

#[test]
fn the_core_names_no_edge() {
    const CORE: [&str; 8] =
        ["src/checks", "src/demo", "src/iam", "src/model", "src/outcome.rs", "src/remedy.rs", "src/score.rs", "src/world.rs"];
    const EDGES: [&str; 8] = ["aws_sdk", "aws_config::", "aws_smithy", "tokio::", "ratatui", "crossterm", "crate::collect", "crate::ui"];
    for (path, text) in sources().iter().filter(|(path, _)| CORE.iter().any(|core| path.starts_with(core))) {
        for edge in EDGES {
            assert!(!text.contains(edge), "{path} names {edge}");
        }
    }
    for (path, text) in sources().iter().filter(|(path, _)| path.starts_with("src/ui") || path.starts_with("src/app")) {
        assert!(!text.contains("aws_sdk") && !text.contains("crate::collect"), "{path} names the SDK");
    }
}

#[test]
fn nothing_is_left_unfinished_or_shared_by_locks() {
    // Put together here, so that this file does not find itself.
    let words = [["TO", "DO"], ["FIX", "ME"], ["#[ign", "ore"], ["Arc<Mu", "tex"], ["unimpl", "emented!("]].map(|halves| halves.concat());
    let tests = files(&root().join("tests"), "rs").into_iter().map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap()));
    for (path, text) in sources().into_iter().chain(tests) {
        for word in &words {
            assert!(!text.contains(word.as_str()), "{path} has {word}");
        }
        for name in ["utils.rs", "helpers.rs", "common.rs"] {
            assert!(!path.ends_with(name), "{path}: name it after what it does");
        }
    }
}
