//! Every screen that there is, and how a person gets there. Whoever adds a screen adds a line to [`SCREENS`].

use sandbox::Sandbox;
use tests::desktop::{Desktop, Key, View, Window, Wizard, until};

use super::installation::Installer;
use super::{PEOPLE, center, organisation};

/// What a window is opened in; its screens come one after the other, each from where the one before has led.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum World {
    /// The first start of all.
    Fresh,
    /// The sandbox tenant.
    Sandbox,
    /// An organisation where everything is installed.
    Organisation,
    /// An organisation where nothing is.
    Bare,
}

/// What leads to a screen.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// Clicks something.
    Click(&'static str),
    /// Clicks something in something else.
    ClickWithin(&'static str, &'static str),
    /// Presses a key.
    Press(&'static str),
    /// Searches the board.
    Search(&'static str),
    /// Makes the window this large.
    Size(u32, u32),
    /// Changes the page in some small way.
    Run(&'static str),
    /// Waits until something is there.
    There(&'static str),
    /// Waits until something is not there any more.
    Gone(&'static str),
    /// Waits for what the page shows.
    Sees(fn(&View) -> bool),
    /// Signs in to the organisation, with what is on the page and in the browser.
    SignIn,
    /// The sign-in is taken back.
    Revocation,
    /// The other side goes away.
    Outage,
    /// Installs, up to a step of the wizard.
    InstallUpTo(&'static str),
    /// Sends the status user to the browser, and waits.
    Browser,
    /// Comes back from there.
    Back,
    /// Installs an integration.
    Install(&'static str),
    /// Enters the keys of the contact centre, and looks at its agents.
    Agents,
}

/// A screen.
pub(crate) struct Screen {
    /// Its name, which is also that of its picture.
    pub(crate) name: &'static str,
    /// Whether there is a picture of it.
    pub(crate) pictured: bool,
    world: World,
    steps: &'static [Step],
}

use Step::{
    Agents, Back, Browser, Click, ClickWithin, Gone, Install, InstallUpTo, Outage, Press, Revocation, Run,
    Search, Sees, SignIn, Size, There,
};
use World::{Bare, Fresh, Organisation, Sandbox as Tenant};

const fn pictured(name: &'static str, world: World, steps: &'static [Step]) -> Screen {
    Screen { name, pictured: true, world, steps }
}

const fn also(name: &'static str, world: World, steps: &'static [Step]) -> Screen {
    Screen { name, pictured: false, world, steps }
}

/// As a window is opened.
const WIDE: Step = Size(1180, 760);
/// As narrow as a window can be.
const NARROW: Step = Size(360, 720);

const NO_DETAIL: Step = Sees(|view| view.detail.is_none());
const DETAIL: Step = Sees(|view| view.detail.is_some());
const EVERYBODY: Step = Sees(|view| view.everybody == PEOPLE && view.rows.len() > 10);
/// Besides those found there may be some who are suggested.
const FOUND: Step =
    Sees(|view| (1..PEOPLE).contains(&view.everybody) && view.rows.len() <= view.everybody + 5);
/// As it is when nobody is at the keyboard.
const REST: Step = Run("document.activeElement.blur()");
const TOP: Step = Run("document.querySelector('.work').scrollTop = 0");

/// All of them.
pub(crate) static SCREENS: &[Screen] = &[
    pictured("first-run", Fresh, &[There("first-run")]),
    also("board-list", Tenant, &[EVERYBODY]),
    pictured("board", Tenant, &[Press("Down"), Press("Return"), DETAIL]),
    pictured("board-search", Tenant, &[Search("ann"), FOUND]),
    also("no-results", Tenant, &[Search("nobody of that name"), There("no-results")]),
    pictured("matches", Tenant, &[Press("Escape"), EVERYBODY, Click("page-matches"), There("match-rows")]),
    pictured("health", Tenant, &[Click("page-health"), There("source")]),
    also("setup-sandbox", Tenant, &[Click("page-setup"), There("setup-headline")]),
    pictured("settings", Tenant, &[Click("page-settings"), There("theme")]),
    also("settings-sync", Tenant, &[Click("settings-sync"), There("interval")]),
    pictured("settings-notifications", Tenant, &[Click("settings-notifications"), There("alert-free"), REST]),
    also("settings-network", Tenant, &[Click("settings-network"), There("proxy")]),
    pictured("settings-diagnostics", Tenant, &[Click("settings-diagnostics"), There("diagnostics-file")]),
    also("settings-narrow", Tenant, &[Click("settings-general"), There("theme"), NARROW]),
    also("health-narrow", Tenant, &[WIDE, Click("page-health"), There("source"), NARROW]),
    also("matches-narrow", Tenant, &[WIDE, Click("page-matches"), There("match-rows"), NARROW]),
    pictured("board-narrow", Tenant, &[WIDE, Click("page-board"), EVERYBODY, NARROW]),
    also("menu-narrow", Tenant, &[Click("view"), There("page-health")]),
    pictured("board-detail-narrow", Tenant, &[Press("Escape"), ClickWithin("people", "row"), DETAIL]),
    also("view", Tenant, &[WIDE, Press("Escape"), NO_DETAIL, Click("view"), There("show-cards")]),
    pictured("board-cards", Tenant, &[Click("show-cards"), Press("Escape"), There("cards")]),
    also("board-cards-narrow", Tenant, &[NARROW]),
    also("sign-in", Organisation, &[Click("choose-organisation"), There("sign-in")]),
    pictured("board-signin", Organisation, &[SignIn, Revocation]),
    pictured("board-offline", Organisation, &[SignIn, Outage]),
    also("setup-start", Bare, &[Click("choose-organisation"), There("act-begin")]),
    also("setup-leave", Bare, &[Click("leave"), There("ask")]),
    pictured("setup", Bare, &[Click("ask-no"), Gone("ask"), InstallUpTo("signIn"), Browser, REST]),
    pictured("setup-verified", Bare, &[Back, Install("teamsToEight"), REST, TOP]),
    also("setup-narrow", Bare, &[NARROW]),
    also("matches-agents", Bare, &[WIDE, Install("eightToTeams"), Agents]),
    also("matches-choose", Bare, &[ClickWithin("match-row", "match-choose"), There("choose-result")]),
    also("settings-first", Bare, &[Press("Escape"), Click("page-settings"), There("theme")]),
    pictured("settings-accounts", Bare, &[Click("settings-accounts"), There("account"), REST]),
    also("settings-remove", Bare, &[Click("remove-everything"), There("ask")]),
];

impl World {
    const ALL: [Self; 4] = [Fresh, Tenant, Organisation, Bare];
}

/// Goes through all screens, each of them on a desktop that is dark or not.
#[expect(clippy::print_stderr, reason = "whoever looks for a step that can not be taken must know which")]
pub(crate) async fn visit_all(dark: bool, mut look: impl AsyncFnMut(&Screen, &Desktop, &Window)) {
    for world in World::ALL {
        let mut person = Box::pin(Person::begin(world, dark)).await;
        for screen in SCREENS.iter().filter(|screen| screen.world == world) {
            for step in screen.steps {
                eprintln!("{}: {step:?}", screen.name);
                Box::pin(person.take(*step)).await;
            }
            look(screen, &person.desktop, &person.window).await;
        }
    }
}

/// Somebody who looks at everything. The window goes before what it stands on.
struct Person {
    window: Window,
    sandbox: Option<Sandbox>,
    visits: usize,
    password: String,
    desktop: Desktop,
}

impl Person {
    async fn begin(world: World, dark: bool) -> Self {
        let desktop = Desktop::start().await;
        // Nothing lights up because the pointer happens to be over it.
        desktop.display.put_pointer_away();
        if dark {
            desktop.darken();
        }
        let sandbox = match world {
            Fresh | Tenant => None,
            Organisation => Some(organisation().await),
            Bare => Some(bare_organisation().await),
        };
        let window = match &sandbox {
            Some(sandbox) => desktop.open(&["--endpoints", &desktop.endpoints(sandbox)]).await,
            None if world == Tenant => desktop.open(&["--sandbox"]).await,
            None => desktop.open(&[]).await,
        };
        let scheme = "return matchMedia('(prefers-color-scheme: dark)').matches";
        assert_eq!(window.run(scheme).await, dark);
        Self { window, sandbox, visits: 0, password: String::new(), desktop }
    }

    async fn take(&mut self, step: Step) {
        let (window, desktop) = (&self.window, &self.desktop);
        match step {
            Click(id) => window.click(id).await,
            ClickWithin(outer, id) => window.click_within(outer, id).await,
            Press(key) => desktop.display.press(Key(key)),
            Search(words) => window.search(&desktop.display, words).await,
            Size(width, height) => {
                desktop.display.resize_window(width, height);
                until("a window of that size", async || match window.run("return innerWidth").await {
                    now if now == width => Ok(()),
                    now => Err(now),
                })
                .await;
            }
            Run(script) => {
                window.run(script).await;
            }
            There(id) => window.wait_for(id, true).await,
            Gone(id) => window.wait_for(id, false).await,
            Sees(shows) => {
                window.wait("the screen", shows).await;
            }
            SignIn => {
                self.visits += 1;
                window.click("sign-in").await;
                let sandbox = self.sandbox.as_ref().unwrap();
                desktop.browser.sign_in(sandbox.status_user(), self.visits).await;
                window.wait("a live board", |view| view.is_live() && view.everybody == PEOPLE).await;
            }
            Revocation => {
                let control = self.sandbox.as_ref().unwrap().control();
                control.revoke(None).unwrap();
                control.expire_access_tokens();
                let is_so = |view: &View| view.banner.as_deref() == Some("signIn") && all_old(view);
                window.wait("sign-in needed", is_so).await;
            }
            Outage => {
                self.sandbox.take().unwrap().stop().await;
                let is_so = |view: &View| view.banner.as_deref() == Some("offline") && all_old(view);
                window.wait("offline", is_so).await;
            }
            InstallUpTo(_) | Browser | Back | Install(_) | Agents => self.install(step).await,
        }
    }

    async fn install(&mut self, step: Step) {
        let (window, sandbox) = (&self.window, self.sandbox.as_ref().unwrap());
        let mut person = Installer::new(&self.desktop, sandbox);
        person.visits = self.visits;
        match step {
            InstallUpTo(wanted) => loop {
                let seen = window.wait_for_wizard("the next thing to do", Wizard::rests).await;
                if seen.step.as_deref() == Some(wanted) {
                    break;
                }
                person.do_next(window).await;
            },
            Browser => {
                self.password = window.read_password().await;
                // Hidden again, as it is when nobody looks.
                window.click("password-show").await;
                window.act("signIn").await;
                window.wait_for_wizard("a browser that is waited for", |wizard| wizard.waiting).await;
            }
            Back => {
                person.visit(&person.status_user(), Some(&self.password)).await;
                window.wait_for_step("key").await;
            }
            Install(integration) => person.follow(window, integration).await,
            Agents => {
                center::enter_keys(window, sandbox).await;
                center::look_at_agents(window).await;
            }
            other => panic!("{other:?} installs nothing"),
        }
        self.visits = person.visits;
    }
}

fn all_old(view: &View) -> bool {
    !view.rows.is_empty() && view.rows.iter().all(|row| row.stale)
}

/// An organisation where nothing is installed.
async fn bare_organisation() -> Sandbox {
    let sandbox = center::with_agents().await;
    // Somebody whose name is markup works here, and would come first among the sample.
    let control = sandbox.control();
    for colleague in control.people().iter().filter(|colleague| colleague.display_name.starts_with('<')) {
        control.leave(&colleague.id).unwrap();
    }
    sandbox
}
