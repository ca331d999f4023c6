//! Graph repeats our own word: it is never taken for a Teams call, and never hides one. The board, 8x8's side and Graph
//! are looked at in each step.

use presence::mapping::Presence;
use presence::snapshot::Snapshot;
use sandbox::{Call, Control, Truth};
use tests::bench::wait_for;
use tests::site::{Installer, Site};

use super::{installed, sessions, somebody, sources};

/// Polls after which Graph has said what is so without us.
const POLLS: usize = 4;

/// Somebody with two telephones.
struct Desk {
    site: Site,
    installer: Installer,
    person: Truth,
}

impl Desk {
    async fn open() -> Self {
        let (site, installer) = installed().await;
        let person = somebody(site.sandbox.control(), &installer.handle.snapshot());
        let desk = Self { site, installer, person };
        desk.board("nobody on a call", Presence::Available, &[]).await;
        desk
    }

    fn control(&self) -> &Control {
        self.site.sandbox.control()
    }

    /// A call in 8x8 that is answered; gives its id.
    fn phone(&self) -> String {
        let call =
            self.control().place_call(&Call::inbound("+4420", &self.person.user_principal_name)).unwrap();
        self.control().answer(&call).unwrap();
        call
    }

    /// What the person's own Teams says from now on.
    fn teams(&self, availability: &str, activity: &str) {
        self.control().set_presence(&self.person.id, availability, activity, false, 1_000_000.0).unwrap();
    }

    /// Waits until our word stands in Teams, or does not.
    async fn ours(&self, there: bool) {
        let expected =
            if there { vec![(self.person.user_principal_name.clone(), "InACall".into())] } else { vec![] };
        wait_for("our own word in Teams, or its end", || sessions(self.control()) == expected).await;
    }

    /// What Graph shows to everybody.
    fn graph(&self) -> (String, String) {
        let all = self.control().people();
        let shown = all.into_iter().find(|truth| truth.id == self.person.id).unwrap();
        (shown.availability, shown.activity)
    }

    fn shown(&self, snapshot: &Snapshot) -> (Presence, Vec<&'static str>) {
        let state = snapshot.people.iter().find(|state| state.id().to_string() == self.person.id).unwrap();
        (snapshot.presence(state), sources(snapshot, &self.person))
    }

    async fn board(&self, what: &str, presence: Presence, calls: &[&str]) {
        self.installer
            .until(what, |snapshot| {
                let shown = snapshot.people.iter().any(|state| state.id().to_string() == self.person.id);
                shown && self.shown(snapshot) == (presence, calls.to_vec())
            })
            .await;
    }

    /// Some polls more, after each of which the board still shows this.
    async fn stays(&self, presence: Presence) {
        let polls =
            || self.control().requests().iter().filter(|request| request.endpoint == "presence").count();
        for _ in 0..POLLS {
            let before = polls();
            wait_for("another poll", || polls() > before).await;
            assert_eq!(self.shown(&self.installer.handle.snapshot()).0, presence);
        }
    }

    async fn close(self) {
        self.installer.handle.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_in_8x8_alone_is_8x8s_however_often_teams_repeats_it() {
    let desk = Desk::open().await;
    let call = desk.phone();
    desk.ours(true).await;
    assert_eq!(desk.graph(), ("Busy".into(), "InACall".into()));
    desk.board("the call", Presence::OnCall, &["8x8"]).await;
    desk.stays(Presence::OnCall).await;
    desk.board("still 8x8's alone", Presence::OnCall, &["8x8"]).await;
    desk.control().hang_up(&call).unwrap();
    desk.ours(false).await;
    assert_eq!(desk.graph(), ("Available".into(), "Available".into()));
    desk.board("the end", Presence::Available, &[]).await;
    desk.stays(Presence::Available).await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_teams_call_alone_is_teams_and_nothing_is_written_for_it() {
    let desk = Desk::open().await;
    desk.teams("Busy", "InACall");
    desk.board("the Teams call", Presence::OnCall, &["Teams"]).await;
    desk.stays(Presence::OnCall).await;
    desk.board("still Teams' alone", Presence::OnCall, &["Teams"]).await;
    assert_eq!(desk.control().people_on_calls(), Vec::<String>::new());
    desk.teams("Available", "Available");
    desk.board("the end", Presence::Available, &[]).await;
    let written = desk.control().requests().into_iter().filter(|request| request.endpoint == "batch");
    assert_eq!(written.count(), 0, "nobody wrote to Teams");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_teams_call_that_began_first_outlives_the_8x8_call() {
    let desk = Desk::open().await;
    desk.teams("Busy", "InACall");
    desk.board("the Teams call", Presence::OnCall, &["Teams"]).await;
    let call = desk.phone();
    desk.ours(true).await;
    desk.stays(Presence::OnCall).await;
    desk.control().hang_up(&call).unwrap();
    desk.ours(false).await;
    assert_eq!(desk.graph(), ("Busy".into(), "InACall".into()), "the Teams call goes on");
    desk.stays(Presence::OnCall).await;
    desk.board("Teams' alone again", Presence::OnCall, &["Teams"]).await;
    desk.teams("Available", "Available");
    desk.board("the end", Presence::Available, &[]).await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_teams_call_that_begins_during_the_8x8_call_is_not_hidden_by_our_own_word() {
    let desk = Desk::open().await;
    let call = desk.phone();
    desk.ours(true).await;
    desk.board("the 8x8 call", Presence::OnCall, &["8x8"]).await;
    desk.teams("Busy", "InACall");
    desk.stays(Presence::OnCall).await;
    desk.control().hang_up(&call).unwrap();
    desk.ours(false).await;
    assert_eq!(desk.graph(), ("Busy".into(), "InACall".into()));
    desk.stays(Presence::OnCall).await;
    desk.board("the Teams call that is left", Presence::OnCall, &["Teams"]).await;
    desk.teams("Available", "Available");
    desk.board("the end", Presence::Available, &[]).await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn do_not_disturb_by_hand_during_a_call_stays_when_the_call_is_over() {
    let desk = Desk::open().await;
    let call = desk.phone();
    desk.ours(true).await;
    let disturb = ("DoNotDisturb", "DoNotDisturb");
    desk.control().set_preferred(&desk.person.id, Some(disturb), 1_000_000.0).unwrap();
    assert_eq!(desk.graph().0, "DoNotDisturb", "a person's own word is stronger");
    desk.board("the phone, still busy", Presence::OnCall, &["8x8"]).await;
    desk.stays(Presence::OnCall).await;
    assert_eq!(desk.control().people_on_calls(), std::slice::from_ref(&desk.person.user_principal_name));
    desk.control().hang_up(&call).unwrap();
    desk.ours(false).await;
    assert_eq!(desk.graph().0, "DoNotDisturb");
    desk.board("what was set by hand", Presence::DoNotDisturb, &[]).await;
    desk.stays(Presence::DoNotDisturb).await;
    desk.close().await;
}
