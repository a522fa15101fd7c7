//! Environments: where a mistake costs most, and where it costs least.

use super::marks::{Described, Mark, Marks};

/// A kind of environment that changes how much something matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// Where customers are.
    Production,
    /// Where nothing is real.
    Development,
}

/// What marks environments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environments {
    /// Of [`Environment::Production`].
    pub production: Marks,
    /// Of [`Environment::Development`].
    pub development: Marks,
}

/// An environment, and what says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed<'a> {
    /// The environment.
    pub environment: Environment,
    /// The tag or the name.
    pub by: Mark<'a>,
}

impl Default for Environments {
    fn default() -> Self {
        const KEYS: &[&str] = &["env", "environment", "stage"];
        Self {
            production: Marks::new(KEYS, &["prod", "production", "prd", "live"], &["prod", "production", "prd"]),
            // A name such as `load-test` says what a thing does, not where it is.
            development: Marks::new(
                KEYS,
                &["dev", "development", "test", "sandbox", "staging"],
                &["dev", "development", "sandbox", "staging"],
            ),
        }
    }
}

impl Environments {
    /// The environment of a resource, which is described by itself and then by what it is part of. Tags are heard before
    /// names, and a tag that names some other environment ends the matter. What is marked as both is production.
    pub fn of<'a>(&'a self, described: &[Described<'a>]) -> Option<Placed<'a>> {
        let kinds = [(Environment::Production, &self.production), (Environment::Development, &self.development)];
        for of in described {
            let by_tag = kinds.into_iter().find_map(|(environment, marks)| Some(Placed { environment, by: marks.tag(of)? }));
            if by_tag.is_some() || kinds.iter().any(|(_, marks)| marks.has_key(of)) {
                return by_tag;
            }
        }
        described.iter().find_map(|of| kinds.into_iter().find_map(|(environment, marks)| Some(Placed { environment, by: marks.name(of)? })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::settings::Tags;

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_tag_is_heard_before_a_name_and_production_before_development() {
        use Environment::{Development, Production};
        for (name, pairs, expected) in [
            ("orders", &[][..], None),
            ("orders", &[("Env", "PROD")], Some((Production, "tag"))),
            ("orders", &[("stage", "staging")], Some((Development, "tag"))),
            ("orders-dev", &[], Some((Development, "name"))),
            ("orders-prod", &[], Some((Production, "name"))),
            ("dev-to-prod", &[], Some((Production, "name"))),
            ("orders-dev", &[("env", "prod")], Some((Production, "tag"))),
            ("orders-prod", &[("env", "dev")], Some((Development, "tag"))),
            ("orders", &[("env", "prod"), ("stage", "test")], Some((Production, "tag"))),
            ("orders-dev", &[("env", "qa")], None),
            ("device-registry", &[], None),
            ("load-test", &[], None),
        ] {
            let (environments, tags) = (Environments::default(), tags(pairs));
            let placed = environments.of(&[Described { name, tags: &tags, source: "lambda:GetFunction" }]);
            assert_eq!(placed.map(|placed| (placed.environment, placed.by.word())), expected, "{name} {pairs:?}");
        }
    }

    #[test]
    fn a_part_is_heard_before_the_whole() {
        let environments = Environments::default();
        let (none, dev) = (Tags::new(), tags(&[("env", "dev")]));
        let described = |name, tags| Described { name, tags, source: "apigateway:GET" };
        let placed = environments.of(&[described("prod", &none), described("shop", &dev)]).unwrap();
        assert_eq!(placed.environment, Environment::Development, "the tag of the whole before the name of the part");
        let placed = environments.of(&[described("prod", &none), described("shop-dev", &none)]).unwrap();
        assert_eq!(placed.environment, Environment::Production);
    }
}
