//! The conversation: shows the open step, asks what it asks, sends what was decided, and follows what comes of it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, Write};
use std::sync::Arc;

use presence::driver::Handle;
use presence::error::Problem;
use presence::secret::Secret;
use presence::session::Session;
use presence::setup::ItemState;
use presence::setup::event::{Act, Request};
use presence::setup::integration::{Integration, Standing};
use presence::setup::step::StepId;
use presence::snapshot::Snapshot;
use presence::view::setup::{
    Ask, Button, ButtonKind, Choice, Field, IntegrationView, Item, Progress, Setup, StepState, StepView,
    address, setup,
};
use tokio::sync::watch;

use super::Opener;
use super::draw;
use super::input::{Input, Said};
use super::paper::{Block, Paper, verbatim, wrap};
use super::progress::{Row, Told};

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

    /// One of several, by number or by name; nothing when the page has to be drawn anew.
    async fn choose(&mut self, choice: &Choice) -> Result<Option<String>, Stop> {
        self.paper.block(&draw::choice(choice, self.paper.width()))?;
        if choice.switch {
            let value = self.confirm("y or n", choice.value == "on").await?;
            return Ok(value.map(|on| if on { "on" } else { "off" }.to_owned()));
        }
        let options = &choice.options;
        let now = options.iter().position(|option| option.value == choice.value);
        let default = now.map(|place| format!(" [{}]", place + 1)).unwrap_or_default();
        loop {
            let prompt = format!("1 to {}{default}:", options.len());
            let Some(answer) = self.answer(&prompt, false).await? else { return Ok(None) };
            let text = answer.expose().trim();
            let place = match text.parse::<usize>() {
                Ok(number) => number.checked_sub(1),
                Err(_) if text.is_empty() => now,
                Err(_) => options.iter().position(|option| option.value.eq_ignore_ascii_case(text)),
            };
            if let Some(option) = place.and_then(|place| options.get(place)) {
                return Ok(Some(option.value.clone()));
            }
            self.paper.say("That is none of them.")?;
        }
    }

    /// An entry; nothing when the page has to be drawn anew.
    async fn enter(&mut self, field: &Field) -> Result<Option<Secret>, Stop> {
        self.paper.block(&draw::field(field, self.paper.width()))?;
        if field.secret {
            return self.answer("(is not shown):", true).await;
        }
        let default = self.entered.get(&field.id).unwrap_or(&field.value).clone();
        let prompt =
            if default.is_empty() { ">".to_owned() } else { format!("(- for nothing) [{default}]:") };
        let Some(answer) = self.answer(&prompt, false).await? else { return Ok(None) };
        let value = match answer.expose().trim() {
            "" => default,
            "-" => String::new(),
            text => text.to_owned(),
        };
        self.entered.insert(field.id.clone(), value.clone());
        Ok(Some(Secret::new(value)))
    }

    /// Yes or no; nothing when the page has to be drawn anew.
    async fn confirm(&mut self, question: &str, default: bool) -> Result<Option<bool>, Stop> {
        let prompt = format!("{question} [{}]:", if default { "y" } else { "n" });
        loop {
            let Some(answer) = self.answer(&prompt, false).await? else { return Ok(None) };
            match answer.expose().trim().to_ascii_lowercase().as_str() {
                "" => return Ok(Some(default)),
                "y" | "yes" | "on" => return Ok(Some(true)),
                "n" | "no" | "off" => return Ok(Some(false)),
                _ => self.paper.say("Please answer y or n.")?,
            }
        }
    }

    async fn menu(
        &mut self,
        page: &Setup,
        view: &IntegrationView,
        finished: bool,
        values: &BTreeMap<String, Secret>,
    ) -> Result<Turn, Stop> {
        let step = draw::current(view);
        let buttons = buttons(view, step);
        let primary =
            buttons.iter().position(|button| button.kind == ButtonKind::Primary && button.reason.is_none());
        let default = match primary {
            Some(place) => (place + 1).to_string(),
            None if finished => "q".into(),
            None => String::new(),
        };
        let sign_out = page.sign_out.as_ref().filter(|_| step.is_none());
        let asks = step.is_some_and(|step| !step.choices.is_empty() || !step.fields.is_empty());
        let prompt = if default.is_empty() { ">".to_owned() } else { format!("[{default}]:") };
        loop {
            let password = self.password(step);
            self.paper.block(&self.entries(view, &buttons, sign_out, asks, password.is_some()))?;
            let Some(answer) = self.answer(&prompt, false).await? else { return Ok(Turn::Again) };
            let text = answer.expose().trim().to_ascii_lowercase();
            let text = if text.is_empty() { default.clone() } else { text };
            match (text.as_str(), sign_out, password) {
                ("q", ..) => return Ok(Turn::Left),
                ("e", ..) if asks => {
                    self.answered.clear();
                    return Ok(Turn::Again);
                }
                ("p", _, Some(password)) => self.reveal(password)?,
                ("s", Some(ask), _) => {
                    if self.agreed(ask).await? {
                        self.send(Act::SignOut, None, BTreeMap::new()).await?;
                        self.parted = true;
                        return Ok(Turn::Acted);
                    }
                }
                (text, ..) => {
                    let again = text.strip_prefix('r').and_then(|place| place.parse::<usize>().ok());
                    let again =
                        again.and_then(|place| view.steps.get(place.checked_sub(1)?)?.buttons.first());
                    let again = again.filter(|button| Some(button.step) != Some(step.map(|step| step.id)));
                    let button =
                        text.parse::<usize>().ok().and_then(|place| buttons.get(place.checked_sub(1)?));
                    match (button.copied().or(again), again.is_some()) {
                        (None, _) => self.paper.say("That is none of the entries.")?,
                        (Some(button), reopened) => {
                            if self.press(button, if reopened { None } else { Some(values) }).await? {
                                return Ok(Turn::Acted);
                            }
                        }
                    }
                }
            }
        }
    }

    /// Asks what is to be asked before, and sends; tells whether it was sent.
    async fn press(
        &mut self,
        button: &Button,
        values: Option<&BTreeMap<String, Secret>>,
    ) -> Result<bool, Stop> {
        if let Some(reason) = &button.reason {
            self.paper.say(&format!("Not now: {reason}"))?;
            return Ok(false);
        }
        if let Some(ask) = &button.ask
            && !self.agreed(ask).await?
        {
            return Ok(false);
        }
        let values = values.filter(|_| button.kind == ButtonKind::Primary).cloned().unwrap_or_default();
        self.send(button.act, button.step, values).await?;
        self.parted = button.ask.is_some();
        Ok(true)
    }

    async fn agreed(&mut self, ask: &Ask) -> Result<bool, Stop> {
        self.paper.titled(&draw::ask(ask, self.paper.width()))?;
        let question = format!("y: {}, n: {}", ask.yes, ask.no);
        Ok(self.confirm(&question, false).await?.unwrap_or(false))
    }

    /// The entries of the menu.
    fn entries(
        &self,
        view: &IntegrationView,
        buttons: &[&Button],
        sign_out: Option<&Ask>,
        asks: bool,
        password: bool,
    ) -> Block {
        let width = self.paper.width();
        let mut lines = vec!["What now?".to_owned()];
        let mut entry = |key: &str, text: &str| lines.extend(wrap(&format!("  {key:<3} "), text, width));
        for (place, button) in buttons.iter().enumerate() {
            let reason =
                button.reason.as_ref().map(|reason| format!(" (not now: {reason})")).unwrap_or_default();
            entry(&(place + 1).to_string(), &format!("{}{reason}", button.label));
        }
        if password {
            entry("p", "Show the password (once; it is written nowhere)");
        }
        if asks {
            entry("e", "Answer the questions of this step again");
        }
        for (place, step) in view.steps.iter().enumerate() {
            if step.state == StepState::Done
                && let Some(button) = step.buttons.first()
            {
                entry(&format!("r{}", place + 1), &format!("{}: {}", button.label, step.title));
            }
        }
        if let Some(ask) = sign_out {
            entry("s", &ask.title);
        }
        entry("q", "Quit; what is done stays done");
        lines
    }

    /// The new password, while it may be shown and was not yet.
    fn password(&self, step: Option<&StepView>) -> Option<Secret> {
        let password = step.filter(|step| step.password).and(self.snapshots.borrow().setup.password.clone());
        password.filter(|password| self.revealed.as_ref() != Some(password))
    }

    fn reveal(&mut self, password: Secret) -> io::Result<()> {
        let width = self.paper.width();
        let words =
            "The new password, shown here once and written nowhere: take it to the browser, or keep it.";
        let mut block = wrap("", words, width);
        block.extend(verbatim("     ", password.expose()));
        self.revealed = Some(password);
        self.paper.block(&block)
    }

    /// The answer to a question; nothing when the page has to be drawn anew.
    async fn answer(&mut self, prompt: &str, secret: bool) -> Result<Option<Secret>, Stop> {
        self.paper.ask(prompt, secret)?;
        loop {
            tokio::select! {
                biased;
                said = self.input.next(&mut self.paper) => match said? {
                    Said::End => return Err(Stop::Ended),
                    Said::Stop => return Err(Stop::Interrupted),
                    Said::Line(line) if secret => return Ok(Some(line)),
                    Said::Line(line) => match line.expose().trim() {
                        "q" | "Q" => return Err(Stop::Quit),
                        "?" => {
                            self.shown.clear();
                            self.panels.clear();
                            return Ok(None);
                        }
                        text => match self.guide(text) {
                            Some(block) => {
                                self.paper.block(&block)?;
                                self.paper.ask(prompt, secret)?;
                            }
                            None => return Ok(Some(line)),
                        },
                    },
                },
                changed = self.snapshots.changed() => {
                    changed.map_err(|_| Stop::Driver)?;
                    let snapshot = Arc::clone(&self.snapshots.borrow_and_update());
                    let page = setup(&snapshot);
                    let now = find(&page, self.integration).map(seen);
                    if now != self.seen {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// A guide of the open step, by `g` and its number.
    fn guide(&self, text: &str) -> Option<Block> {
        let place: usize = text.strip_prefix(['g', 'G'])?.parse().ok()?;
        let snapshot = Arc::clone(&self.snapshots.borrow());
        let page = setup(&snapshot);
        let step = draw::current(find(&page, self.integration)?)?;
        Some(draw::guide(&snapshot, step.guide.get(place.checked_sub(1)?)?, self.paper.width()))
    }

    /// Sends a request, and waits until it was heard: what is seen after that is newer than it.
    async fn send(
        &mut self,
        act: Act,
        step: Option<StepId>,
        values: BTreeMap<String, Secret>,
    ) -> Result<(), Stop> {
        if act != Act::Choose {
            self.panels.clear();
            self.answered.clear();
            self.parted = false;
        }
        self.sent += 1;
        self.handle.ask(Request { integration: self.integration, act, step, values });
        let sent = self.sent;
        let heard = self.snapshots.wait_for(|snapshot| snapshot.setup.heard >= sent).await;
        heard.map(drop).map_err(|_| Stop::Driver)
    }

    /// Waits until nothing is under way, and tells what happens meanwhile.
    async fn settled(&mut self) -> Result<Arc<Snapshot>, Stop> {
        loop {
            let snapshot = Arc::clone(&self.snapshots.borrow_and_update());
            self.follow(&snapshot)?;
            if is_settled(&snapshot) {
                return Ok(snapshot);
            }
            tokio::select! {
                biased;
                changed = self.snapshots.changed() => changed.map_err(|_| Stop::Driver)?,
                said = self.input.next(&mut self.paper), if self.input.is_open() => {
                    self.interrupt(said?, !snapshot.setup.is_idle()).await?;
                }
            }
        }
    }

    /// Takes what is typed while something is under way.
    async fn interrupt(&mut self, said: Said, busy: bool) -> Result<(), Stop> {
        let line = match said {
            Said::Stop => return Err(Stop::Interrupted),
            Said::End if self.input.is_person() => return Err(Stop::Ended),
            // What is under way comes to its end all the same.
            Said::End => return Ok(()),
            Said::Line(line) => line,
        };
        match line.expose().trim().to_ascii_lowercase().as_str() {
            "c" if busy => self.send(Act::Cancel, self.step, BTreeMap::new()).await?,
            "a" if busy => {
                self.address = None;
                self.address_wanted = true;
            }
            "q" if self.input.is_person() => return Err(Stop::Quit),
            _ if self.input.is_person() => {
                self.paper.say("Something is under way: c and Enter cancels it.")?;
            }
            // A script is ahead of us.
            _ => self.input.hold(line),
        }
        Ok(())
    }

    /// Tells what is new of what is under way.
    fn follow(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        let page = setup(snapshot);
        let Some(view) = find(&page, self.integration) else { return Ok(()) };
        let busy = !snapshot.setup.is_idle();
        if busy {
            self.panel_under_way(snapshot, view)?;
        }
        self.follow_items(snapshot, view)?;
        let width = self.paper.width();
        let row = |check: &presence::view::setup::CheckView| Row {
            state: check.state,
            label: check.name.clone(),
            result: check.result.clone(),
            block: draw::check(check, width),
        };
        for block in self.checks.news(view.checks.iter().map(row).collect()) {
            self.paper.lines(&block)?;
        }
        if busy { self.show_address(snapshot) } else { Ok(()) }
    }

    fn panel_under_way(&mut self, snapshot: &Snapshot, view: &IntegrationView) -> io::Result<()> {
        let width = self.paper.width();
        let step = draw::current(view);
        let mut block = Block::new();
        if let Some(verdict) = view.verdict.as_ref().filter(|_| !view.checks.is_empty()) {
            block.extend(wrap("", &verdict.title, width));
            block.extend(verdict.text.iter().flat_map(|text| wrap("  ", text, width)));
        }
        let countdown = step.and_then(|step| step.countdown.as_ref());
        block.extend(countdown.iter().flat_map(|countdown| wrap("", &countdown.text, width)));
        // What comes by itself may take minutes.
        let long = countdown.is_some_and(|countdown| countdown.seconds > 0) || block.len() > 1;
        if long {
            block.push("c and Enter cancels.".into());
        }
        let waiting = step.and_then(|step| step.waiting.as_ref());
        if waiting.is_some() || address(snapshot).is_some() {
            let more = waiting.map(|waiting| waiting.text.as_str()).unwrap_or_default();
            block.extend(wrap("", &format!("Waiting for your browser… {more}"), width));
            block.extend(wrap("", "c and Enter cancels, a and Enter shows the address.", width));
        }
        if !block.is_empty() && self.panels.insert(block.clone()) {
            self.paper.ask("", false)?;
            self.paper.block(&block)?;
        }
        if let Some(problem) = self.opener.take_failure() {
            self.paper.block(&draw::problem(&problem, "", width))?;
            self.address_wanted = true;
        }
        Ok(())
    }

    fn follow_items(&mut self, snapshot: &Snapshot, view: &IntegrationView) -> io::Result<()> {
        let width = self.paper.width();
        let items = view.steps.iter().find(|step| !step.items.is_empty()).map(|step| step.items.clone());
        let Some(items) = items else {
            // The step is done, and with it what was under way when it was last looked at.
            let listed = std::mem::take(&mut self.listed);
            let Some(run) = &snapshot.setup.run else { return Ok(()) };
            for (item, now) in listed.iter().zip(&run.items) {
                if matches!(now.state, ItemState::Done { .. }) && !self.items.has_ended(&item.label) {
                    self.paper.lines(&draw::row(Progress::Good, &item.label, "done", width))?;
                }
            }
            return Ok(());
        };
        let row = |item: &Item| Row {
            state: item.state,
            label: item.label.clone(),
            result: item.result.clone(),
            block: draw::item(item, width),
        };
        for block in self.items.news(items.iter().map(row).collect()) {
            self.paper.lines(&block)?;
        }
        self.listed = items;
        Ok(())
    }

    /// Shows the address when somebody wants it: once, on a line of its own.
    fn show_address(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        let Some(known) = address(snapshot) else { return Ok(()) };
        if self.address.as_ref() == Some(&known) || !(self.address_wanted || self.opener.is_silent()) {
            return Ok(());
        }
        let clean: String = known.chars().filter(char::is_ascii_graphic).collect();
        let words = "Open this address in a browser on this computer:";
        self.paper.block(&[words.to_owned(), clean])?;
        self.address = Some(known);
        self.address_wanted = false;
        Ok(())
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

/// Nothing is under way, and it is known who is signed in.
fn is_settled(snapshot: &Snapshot) -> bool {
    let known = !snapshot.configured || snapshot.session != Session::Unknown || snapshot.local.is_some();
    snapshot.setup.is_idle() && known
}

/// Every button once: those of the open step, of the panel, of the integration.
fn buttons<'v>(view: &'v IntegrationView, step: Option<&'v StepView>) -> Vec<&'v Button> {
    let panel = view.verdict.as_ref().map(|verdict| verdict.buttons.as_slice()).unwrap_or_default();
    let step = step.map(|step| step.buttons.as_slice()).unwrap_or_default();
    let mut buttons: Vec<&Button> = Vec::new();
    for button in step.iter().chain(panel).chain(&view.buttons) {
        if buttons.iter().all(|known| known.act != button.act) {
            buttons.push(button);
        }
    }
    buttons
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
