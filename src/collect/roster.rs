//! Which functions a Region has: what the reading of Lambda tells the readings that ask by function.

use tokio::sync::watch;

use crate::model::{Arn, Function, Gap, Listing};

/// The functions of a Region, once somebody knows them.
#[derive(Debug)]
pub(crate) struct Roster(watch::Sender<Option<Listing<Arn>>>);

impl Roster {
    /// Lambda is being read, and will tell.
    pub(crate) fn awaited() -> Self {
        Self(watch::Sender::new(None))
    }

    /// Lambda is not being read: what is known is from before, if there was one.
    pub(crate) fn known(functions: Option<&Listing<Function>>) -> Self {
        Self(watch::Sender::new(Some(functions.map_or_else(unknown, arns))))
    }

    /// The list was read.
    pub(super) fn tell(&self, functions: &Listing<Function>) {
        self.0.send_replace(Some(arns(functions)));
    }

    /// Nobody will tell any more.
    pub(super) fn close(&self) {
        self.0.send_if_modified(|known| {
            let silent = known.is_none();
            known.get_or_insert_with(unknown);
            silent
        });
    }

    /// The functions, as soon as they are known. With a gap these are not all of them.
    pub(super) async fn functions(&self) -> Listing<Arn> {
        let mut told = self.0.subscribe();
        // Its sender is this one: it is there.
        told.wait_for(Option::is_some).await.ok().and_then(|functions| functions.clone()).unwrap_or_else(unknown)
    }
}

fn arns(functions: &Listing<Function>) -> Listing<Arn> {
    Listing { items: functions.items.iter().map(|function| function.arn.clone()).collect(), gap: functions.gap.clone() }
}

fn unknown() -> Listing<Arn> {
    Listing::partial(Vec::new(), Gap::unread("lambda:ListFunctions"))
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn whoever_asks_waits_for_the_list_and_for_no_longer() {
        let roster = Roster::awaited();
        assert!(roster.functions().now_or_never().is_none());
        roster.tell(&Listing::complete(vec![Function::new(Arn::from("arn:aws:lambda:r:1:function:f"), Arn::from(""))]));
        roster.close();
        assert_eq!(roster.functions().await, Listing::complete(vec![Arn::from("arn:aws:lambda:r:1:function:f")]));

        let silent = Roster::awaited();
        silent.close();
        assert!(silent.functions().await.gap.is_some());
        assert!(Roster::known(None).functions().await.gap.is_some());
    }
}
