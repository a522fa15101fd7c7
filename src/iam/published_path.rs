//! Paths of privilege escalation as pathfinding.cloud publishes them: what each is called and needs.

use std::sync::OnceLock;

/// See `data/manifest.toml` for where it comes from, and `data/rebuild.py` for its form.
static PACKED: &[u8] = include_bytes!("data/published_paths.txt.zst");

/// A published path of privilege escalation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedPath {
    /// `lambda-001`.
    pub id: &'static str,
    /// `new-passrole`, `existing-passrole`, `principal-access` or `self-escalation`.
    pub category: &'static str,
    /// `iam:PassRole + lambda:CreateFunction + lambda:InvokeFunction`.
    pub name: &'static str,
    /// The actions, all of which it needs.
    pub required: Vec<&'static str>,
}

impl PublishedPath {
    /// All of them, by id.
    pub fn all() -> &'static [Self] {
        static PATHS: OnceLock<Vec<PublishedPath>> = OnceLock::new();
        // That it can be read is tested.
        PATHS.get_or_init(|| super::data::unpack(PACKED).and_then(|text| text.lines().map(Self::read).collect()).unwrap_or_default())
    }

    fn read(line: &'static str) -> Option<Self> {
        let mut fields = line.split('\t');
        let mut field = || fields.next();
        Some(Self { id: field()?, category: field()?, name: field()?, required: field()?.split(',').collect() })
    }

    /// The one with this id.
    pub fn with_id(id: &str) -> Option<&'static Self> {
        Self::all().iter().find(|path| path.id == id)
    }

    /// Where it is described.
    pub fn address(&self) -> String {
        format!("https://pathfinding.cloud/paths/{}", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::Catalog;

    #[test]
    fn each_needs_actions_that_exist() {
        assert!(PublishedPath::all().len() >= 65);
        for path in PublishedPath::all() {
            let unknown: Vec<_> = path.required.iter().filter(|action| !Catalog::embedded().is_known(action)).collect();
            assert!(!path.required.is_empty() && unknown.is_empty(), "{}: {unknown:?}", path.id);
            assert!(["new-passrole", "existing-passrole", "principal-access", "self-escalation"].contains(&path.category), "{}", path.id);
        }
        let path = PublishedPath::with_id("lambda-005").expect("published");
        assert_eq!(path.required, ["lambda:UpdateFunctionCode", "lambda:AddPermission"]);
    }
}
