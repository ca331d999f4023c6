//! The conversation: shows the open step, asks what it asks, sends what was decided, and follows what comes of it.

mod following;
mod menu;
mod options;
mod questions;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, Write};
use std::sync::Arc;

use presence::driver::Handle;
use presence::error::Problem;
use presence::secret::Secret;
use presence::setup::event::Act;
use presence::setup::integration::{Integration, Standing};
use presence::setup::step::StepId;
use presence::snapshot::Snapshot;
use presence::view::setup::{ButtonKind, IntegrationView, Item, Setup, StepState, StepView, setup};
use tokio::sync::watch;

use super::Opener;
use super::draw;
use super::input::Input;
use super::paper::{Block, Paper, wrap};
use super::progress::Told;

/// Why the conversation ended before its end.
pub(super) enum Stop {
    /// `q`.
    Quit,
    /// There is no more input.
    Ended,
    /// Ctrl-C, or the system.
    Interrupted,
    /// The output takes no more.
    Output(io::Error),
    /// The driver has stopped.
    Driver,
    /// It can not be done.
    Failed(Problem),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// What came of one round of questions.
enum Turn {
    /// The page is to be looked at anew.
    Again,
    /// Something was asked for.
    Acted,
    /// There was nothing to do, and the person leaves it so.
    Left,
}

/// What a finished or an open step looked like when it was asked about.
type Seen = (Standing, Option<StepView>);

pub(super) struct Talk<'a, W> {
    handle: &'a Handle,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    pub(super) paper: Paper<W>,
    input: Input,
    opener: Arc<Opener>,
    /// How many requests were sent.
    sent: u64,
    pub(super) integration: Integration,
    /// Whether the newest request took something away that was there, on purpose.
    pub(super) parted: bool,
    step: Option<StepId>,
    seen: Option<Seen>,
    /// Blocks of the open step that are on the screen.
    shown: HashSet<Block>,
    /// Lines of finished steps that are on the screen.
    done: HashSet<Block>,
    /// Panels that were shown since the newest request.
    panels: HashSet<Block>,
    items: Told,
    /// The items as they were last shown.
    listed: Vec<Item>,
    checks: Told,
    /// Choices that were asked about in this step.
    answered: HashSet<String>,
    /// What was entered in this step, for when it has to be asked again; no secret is among it.
    entered: HashMap<String, String>,
    /// The password that was shown.
    revealed: Option<Secret>,
    /// The address that was shown, and whether somebody waits for one.
    address: Option<String>,
    address_wanted: bool,
}

impl<'a, W: Write> Talk<'a, W> {
    pub(super) fn new(handle: &'a Handle, paper: Paper<W>, input: Input, opener: Arc<Opener>) -> Self {
        Self {
            handle,
            snapshots: handle.snapshots(),
            paper,
            input,
            opener,
            sent: 0,
            integration: Integration::TeamsToEight,
            parted: false,
            step: None,
            seen: None,
            shown: HashSet::new(),
            done: HashSet::new(),
            panels: HashSet::new(),
            items: Told::default(),
            listed: Vec::new(),
            checks: Told::default(),
            answered: HashSet::new(),
            entered: HashMap::new(),
            revealed: None,
            address: None,
            address_wanted: false,
        }
    }

    /// Installs what was asked for; or what is suggested, and then the others, one after the other.
    pub(super) async fn run(&mut self, asked: Option<Integration>) -> Result<(), Stop> {
        let snapshot = self.settled().await?;
        self.sent = snapshot.setup.heard;
        let page = setup(&snapshot);
        self.greet(&snapshot, &page)?;
        let first = asked.unwrap_or(page.suggested);
        if !self.install(first, false).await? || asked.is_some() {
            return Ok(());
        }
        for next in Integration::ALL.into_iter().filter(|next| *next != first) {
            let page = setup(&*self.settled().await?);
            let Some(view) = find(&page, next) else { continue };
            if matches!(view.standing, Standing::Verified | Standing::Disabled) || view.blocked.is_some() {
                continue;
            }
            match self.offer(view).await {
                Ok(true) => {
                    self.install(next, true).await?;
                }
                Ok(false) => {}
                // What was begun is finished.
                Err(Stop::Quit | Stop::Ended | Stop::Interrupted) => return Ok(()),
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    fn greet(&mut self, snapshot: &Snapshot, page: &Setup) -> io::Result<()> {
        let width = self.paper.width();
        let organisation = page.organisation.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        let mut lines = wrap("", &format!("{organisation}{}.", page.headline), width);
        if let Some(notice) = &snapshot.notice {
            lines.extend(wrap("", notice, width));
        }
        let keys = "At any question Enter takes what is in brackets, ? shows the step again, and q quits.";
        lines.extend(wrap("", keys, width));
        self.paper.block(&lines)
    }

    async fn offer(&mut self, view: &IntegrationView) -> Result<bool, Stop> {
        let width = self.paper.width();
        let mut block = wrap("", &format!("Next: {}", view.name), width);
        block.extend(wrap("  ", &view.purpose, width));
        self.paper.titled(&block)?;
        loop {
            if let Some(yes) = self.confirm("Go on with it? y or n", true).await? {
                return Ok(yes);
            }
        }
    }

    /// Goes through an integration's steps until it is verified, or the person has nothing more to do with it.
    async fn install(&mut self, integration: Integration, begin: bool) -> Result<bool, Stop> {
        self.integration = integration;
        self.parted = false;
        self.step = None;
        self.done.clear();
        self.panels.clear();
        let mut acted = false;
        let mut begin = begin;
        let mut greeted = false;
        loop {
            let snapshot = self.settled().await?;
            let page = setup(&snapshot);
            let Some(view) = find(&page, integration) else { return Err(Stop::Driver) };
            let finished = view.standing == Standing::Verified && draw::current(view).is_none();
            if !greeted {
                greeted = true;
                self.paper.titled(&draw::head(view, self.paper.width()))?;
                self.panels.insert(draw::standing(view, self.paper.width()));
                if let Some(blocked) = &view.blocked {
                    return Err(Stop::Failed(too_early(view, blocked)));
                }
                if finished {
                    self.paper.say("Nothing to do.")?;
                }
            }
            self.draw(&snapshot, view)?;
            if finished && acted {
                return Ok(true);
            }
            if begin
                && view.standing == Standing::NotInstalled
                && let Some(button) = view.buttons.iter().find(|button| button.kind == ButtonKind::Primary)
            {
                self.send(button.act, button.step, BTreeMap::new()).await?;
                (begin, acted) = (false, true);
                continue;
            }
            match self.turn(&page, view, finished).await? {
                Turn::Again => {}
                Turn::Acted => acted = true,
                Turn::Left => return Ok(false),
            }
        }
    }

    /// Prints what is not on the screen yet.
    fn draw(&mut self, snapshot: &Snapshot, view: &IntegrationView) -> io::Result<()> {
        let width = self.paper.width();
        let current = draw::current(view);
        self.seen = Some(seen(view));
        let id = current.map(|step| step.id);
        if self.step != id {
            self.step = id;
            self.shown.clear();
            self.answered.clear();
            self.entered.clear();
        }
        let finished = view.steps.iter().enumerate().filter(|(_, step)| step.state == StepState::Done);
        let lines: Vec<Block> = finished.map(|(place, step)| draw::done(place + 1, step, width)).collect();
        let lines: Block =
            lines.into_iter().filter(|line| self.done.insert(line.clone())).flatten().collect();
        self.paper.block(&lines)?;
        let panel = match &view.verdict {
            Some(verdict) => draw::verdict(verdict, &view.name, width),
            // Otherwise nothing would tell what came of the last request.
            None if current.is_none() => draw::standing(view, width),
            None => Block::new(),
        };
        if self.panels.insert(panel.clone()) {
            self.paper.titled(&panel)?;
        }
        if let Some(step) = current {
            for (place, block) in draw::step(snapshot, view, step, width).into_iter().enumerate() {
                if self.shown.insert(block.clone()) {
                    if place == 0 { self.paper.titled(&block)? } else { self.paper.block(&block)? }
                }
            }
        }
        // The page may not show a problem that came of something else than the open step: here it is never silent.
        let machine = snapshot.setup.problems.get(&view.id).map(|(_, problem)| &**problem);
        let step = current.and_then(|step| step.problem.as_ref());
        for problem in [step.or(machine), snapshot.local.as_deref()].into_iter().flatten() {
            let block = draw::problem(problem, "", width);
            if self.panels.insert(block.clone()) {
                self.paper.block(&block)?;
            }
        }
        Ok(())
    }

    /// Asks what the open step asks, and what is to be done.
    async fn turn(&mut self, page: &Setup, view: &IntegrationView, finished: bool) -> Result<Turn, Stop> {
        let mut values = BTreeMap::new();
        if let Some(step) = draw::current(view) {
            for choice in &step.choices {
                if self.answered.contains(&choice.id) {
                    continue;
                }
                let Some(value) = self.choose(choice).await? else { return Ok(Turn::Again) };
                self.answered.insert(choice.id.clone());
                if value != choice.value {
                    let values = BTreeMap::from([(choice.id.clone(), Secret::new(value))]);
                    self.send(Act::Choose, Some(step.id), values).await?;
                    return Ok(Turn::Again);
                }
            }
            for field in &step.fields {
                let Some(value) = self.enter(field).await? else { return Ok(Turn::Again) };
                values.insert(field.id.clone(), value);
            }
        }
        self.menu(page, view, finished, &values).await
    }

    /// Leaves the line that is being typed.
    pub(super) fn close(&mut self) -> io::Result<()> {
        if self.input.is_person() { self.paper.enter().map(drop) } else { Ok(()) }
    }
}

fn find(page: &Setup, integration: Integration) -> Option<&IntegrationView> {
    page.integrations.iter().find(|view| view.id == integration)
}

fn seen(view: &IntegrationView) -> Seen {
    (view.standing, draw::current(view).cloned())
}

fn too_early(view: &IntegrationView, blocked: &str) -> Problem {
    let what = format!("“{}” can not begin yet.", view.name);
    let remedy = "Run presence-sync setup without a name, and do what it suggests.";
    Problem::new("setup.blocked", &what, blocked, remedy)
}

/// What a person reads who left before the end.
pub(super) fn unfinished(snapshot: &Snapshot, integration: Integration, why: &str) -> Problem {
    let page = setup(snapshot);
    let view = find(&page, integration);
    let step = view.and_then(draw::current);
    let place = step.map(|step| format!(" at “{}”", step.title)).unwrap_or_default();
    let problem = step.and_then(|step| step.problem.as_ref());
    let trouble =
        problem.map(|problem| format!(" {}", presence::person::plain(&problem.what))).unwrap_or_default();
    let remedy =
        format!("Run presence-sync setup {} to go on; what is done stays done.", integration.keyword());
    let what = format!("“{}” is not verified.", integration.name());
    Problem::new("setup.unfinished", &what, format!("{why}{place}.{trouble}"), remedy)
}
