//! Questions and their answers.

use std::io::{self, Write};
use std::sync::Arc;

use presence::secret::Secret;
use presence::view::setup::{Ask, Choice, Field, setup};

use super::super::draw;
use super::super::input::Said;
use super::super::paper::{Block, verbatim, wrap};
use super::{Stop, Talk, find, seen};

impl<W: Write> Talk<'_, W> {
    /// One of several, by number or by name; nothing when the page has to be drawn anew.
    pub(super) async fn choose(&mut self, choice: &Choice) -> Result<Option<String>, Stop> {
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
    pub(super) async fn enter(&mut self, field: &Field) -> Result<Option<Secret>, Stop> {
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
    pub(super) async fn confirm(&mut self, question: &str, default: bool) -> Result<Option<bool>, Stop> {
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

    pub(super) async fn agreed(&mut self, ask: &Ask) -> Result<bool, Stop> {
        self.paper.titled(&draw::ask(ask, self.paper.width()))?;
        let question = format!("y: {}, n: {}", ask.yes, ask.no);
        Ok(self.confirm(&question, false).await?.unwrap_or(false))
    }

    /// The answer to a question; nothing when the page has to be drawn anew.
    pub(super) async fn answer(&mut self, prompt: &str, secret: bool) -> Result<Option<Secret>, Stop> {
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
    pub(super) fn guide(&self, text: &str) -> Option<Block> {
        let place: usize = text.strip_prefix(['g', 'G'])?.parse().ok()?;
        let snapshot = Arc::clone(&self.snapshots.borrow());
        let page = setup(&snapshot);
        let step = draw::current(find(&page, self.integration)?)?;
        Some(draw::guide(&snapshot, step.guide.get(place.checked_sub(1)?)?, self.paper.width()))
    }

    pub(super) fn reveal(&mut self, password: Secret) -> io::Result<()> {
        let width = self.paper.width();
        let words =
            "The new password, shown here once and written nowhere: take it to the browser, or keep it.";
        let mut block = wrap("", words, width);
        block.extend(verbatim("     ", password.expose()));
        self.revealed = Some(password);
        self.paper.block(&block)
    }
}
