//! The policies that AWS manages, in the versions that were current when the table was built.

use std::sync::OnceLock;

use super::{Document, Malformed};

/// See `data/manifest.toml` for where it comes from, and `data/rebuild.py` for its form.
static PACKED: &[u8] = include_bytes!("data/managed_policies.txt.zst");

/// A policy that AWS manages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AwsPolicy {
    /// `PolicyName`.
    pub name: &'static str,
    /// `Path`, such as `/service-role/`.
    pub path: &'static str,
    /// `DefaultVersionId`.
    pub version: &'static str,
    /// The day of `UpdateDate`.
    pub updated: &'static str,
    /// The document of that version.
    pub text: &'static str,
}

impl AwsPolicy {
    /// All of them, by name.
    pub fn all() -> &'static [Self] {
        static POLICIES: OnceLock<Vec<AwsPolicy>> = OnceLock::new();
        // That it can be read is tested.
        POLICIES.get_or_init(|| super::data::unpack(PACKED).and_then(|text| text.lines().map(Self::read).collect()).unwrap_or_default())
    }

    fn read(line: &'static str) -> Option<Self> {
        let mut fields = line.splitn(5, '\t');
        let mut field = || fields.next();
        Some(Self { name: field()?, path: field()?, version: field()?, updated: field()?, text: field()? })
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        let all = Self::all();
        all.get(all.binary_search_by(|policy| policy.name.cmp(name)).ok()?)
    }

    /// The one with this ARN, `arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole`, in whatever partition.
    pub fn with_arn(arn: &str) -> Option<&'static Self> {
        let (_, rest) = arn.split_once(":iam::aws:policy")?;
        let cut = rest.rfind('/')? + 1;
        let (path, name) = rest.split_at_checked(cut)?;
        Self::named(name).filter(|policy| policy.path == path)
    }

    /// The policy, parsed.
    ///
    /// # Errors
    /// When the text is no policy: none of those at hand.
    pub fn document(&self) -> Result<Document, Malformed> {
        Document::parse(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::ActionSet;

    #[test]
    fn each_is_found_by_name_and_by_arn() {
        assert!(AwsPolicy::all().len() > 1_500);
        for policy in AwsPolicy::all() {
            assert_eq!(AwsPolicy::named(policy.name), Some(policy));
            assert_eq!(AwsPolicy::with_arn(&format!("arn:aws-cn:iam::aws:policy{}{}", policy.path, policy.name)), Some(policy));
        }
        assert_eq!(AwsPolicy::with_arn("arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole"), None, "it has another path");
        assert_eq!(AwsPolicy::with_arn("arn:aws:iam::123456789012:policy/ReadOnlyAccess"), None);
    }

    #[test]
    fn what_they_grant_is_what_another_evaluator_finds() {
        let mut sum = 0;
        let mut unknown = std::collections::BTreeSet::new();
        for policy in AwsPolicy::all() {
            let document = policy.document().expect(policy.name);
            let set = ActionSet::effective(&document);
            sum += set.len();
            unknown.extend(set.unknown().map(str::to_owned));
        }
        // Of this table; another build has another sum.
        assert_eq!(sum, 226_743);
        assert!(unknown.len() > 100 && unknown.iter().all(|pattern| pattern.contains(':')), "{}", unknown.len());
    }
}
