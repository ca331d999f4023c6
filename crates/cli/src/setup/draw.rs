//! The set-up page in lines. It knows what a page is made of, and nothing of what any step is about.

use presence::error::Problem;
use presence::snapshot::Snapshot;
use presence::view::setup::{
    Ask, CheckView, Choice, Field, Guide, IdentityCard, IntegrationView, Item, Progress, StepState, StepView,
    Verdict, page,
};
use presence::view::status::Tone;

use super::paper::{Block, verbatim, wrap};

/// Name, purpose and standing of an integration.
pub(super) fn head(view: &IntegrationView, width: usize) -> Block {
    let mut lines = wrap("", &format!("{} ({})", view.name, view.standing_words), width);
    lines.extend(wrap("  ", &view.purpose, width));
    if let Some(caveat) = &view.caveat {
        lines.extend(wrap("  ", caveat, width));
    }
    lines
}

/// Where an integration stands, when no panel says so.
pub(super) fn standing(view: &IntegrationView, width: usize) -> Block {
    wrap("• ", &format!("{}: {}", view.standing_words, view.name), width)
}

/// A finished step.
pub(super) fn done(place: usize, step: &StepView, width: usize) -> Block {
    let result = step.result.as_ref().map(|result| format!(": {result}")).unwrap_or_default();
    wrap("✓ ", &format!("{place}. {}{result}", step.title), width)
}

/// The open step, without what is asked in it.
pub(super) fn step(snapshot: &Snapshot, view: &IntegrationView, step: &StepView, width: usize) -> Vec<Block> {
    let place = view.steps.iter().position(|other| other.id == step.id).map_or(1, |place| place + 1);
    let title = format!("Step {place} of {}: {}", view.steps.len(), step.title);
    let mut blocks = vec![wrap("", &title, width)];
    let text: Block = step.text.iter().flat_map(|text| wrap("  ", text, width)).collect();
    blocks.push(text);
    blocks.extend(step.card.as_ref().map(|known| card(known, width)));
    let mut folded = Block::new();
    for (place, guide) in step.guide.iter().enumerate() {
        if is_folded(guide) {
            folded.extend(wrap(
                &format!("  g{} ", place + 1),
                &format!("and Enter shows: {}", guide.title),
                width,
            ));
        } else {
            blocks.push(self::guide(snapshot, guide, width));
        }
    }
    blocks.push(folded);
    let after: Vec<String> = view
        .steps
        .iter()
        .filter(|other| other.state == StepState::Later)
        .map(|other| {
            let whom = other.result.as_ref().map(|whom| format!(" ({whom})")).unwrap_or_default();
            format!("{}{whom}", other.title)
        })
        .collect();
    if !after.is_empty() {
        blocks.push(wrap("  ", &format!("After this: {}.", after.join(", ")), width));
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// Whether a guide is shown only when it is asked for.
fn is_folded(guide: &Guide) -> bool {
    guide.folded || guide.block.is_some()
}

/// A guide as a whole.
pub(super) fn guide(snapshot: &Snapshot, guide: &Guide, width: usize) -> Block {
    let mut lines = wrap("  ", &format!("{}:", guide.title), width);
    lines.extend(guide.page.map(|known| format!("     {}", page(snapshot, known))));
    for (place, line) in guide.lines.iter().enumerate() {
        let path = line.path.join(" > ");
        let text = if path.is_empty() { line.text.clone() } else { format!("{} {path}", line.text) };
        lines.extend(wrap(&format!("  {:>2}. ", place + 1), &text, width));
        // On a line of its own, so that it can be copied.
        lines.extend(line.exact.iter().flat_map(|exact| verbatim("         ", exact)));
    }
    lines.extend(guide.block.iter().flat_map(|block| verbatim("", block)));
    lines
}

fn card(card: &IdentityCard, width: usize) -> Block {
    let with = |account: &str, hint: &str| match (account.is_empty(), hint.is_empty()) {
        (true, _) => hint.to_owned(),
        (_, true) => account.to_owned(),
        _ => format!("{account} ({hint})"),
    };
    let mut lines = wrap("  ", &card.title, width);
    lines.extend(wrap("    Use:     ", &with(&card.account, &card.hint), width));
    if card.not_account.is_empty() {
        lines.extend(optional("    ", &card.not_title, width));
    } else {
        lines.extend(wrap("    Not use: ", &with(&card.not_account, &card.not_title), width));
    }
    lines
}

/// A choice with its options.
pub(super) fn choice(choice: &Choice, width: usize) -> Block {
    let mut lines = wrap("", &choice.label, width);
    for (place, option) in choice.options.iter().enumerate() {
        let recommended = if option.recommended { " (recommended)" } else { "" };
        let number = if choice.switch { "     ".to_owned() } else { format!("  {:<2} ", place + 1) };
        if option.label != choice.label {
            lines.extend(wrap(&number, &format!("{}{recommended}", option.label), width));
        }
        lines.extend(optional("       ", &option.hint, width));
    }
    lines
}

/// An entry: what it is, and what helps.
pub(super) fn field(field: &Field, width: usize) -> Block {
    let mut lines = wrap("", &field.label, width);
    lines.extend(optional("     ", &field.hint, width));
    if field.value.is_empty() && !field.example.is_empty() {
        lines.extend(wrap("     ", &format!("Example: {}", field.example), width));
    }
    lines
}

/// The panel that says how the whole stands.
pub(super) fn verdict(verdict: &Verdict, name: &str, width: usize) -> Block {
    let mark = match verdict.tone {
        Tone::Good => "✓ ",
        Tone::Plain => "• ",
        Tone::Warning => "! ",
        Tone::Bad => "✗ ",
    };
    let mut lines = wrap(mark, &format!("{}: {name}", verdict.title), width);
    lines.extend(verdict.text.iter().flat_map(|text| wrap("  ", text, width)));
    if !verdict.path.is_empty() {
        lines.extend(wrap("  ", &verdict.path.join(" > "), width));
    }
    lines
}

/// What went wrong, why, and what to do.
pub(super) fn problem(problem: &Problem, indent: &str, width: usize) -> Block {
    let mut lines = wrap(&format!("{indent}✗ "), &problem.what, width);
    lines.extend(causes(problem, &format!("{indent}  "), width));
    lines
}

fn causes(problem: &Problem, indent: &str, width: usize) -> Block {
    let detail = problem.detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default();
    let mut lines = wrap(&format!("{indent}Cause: "), &problem.cause, width);
    lines.extend(wrap(&format!("{indent}To do: "), &problem.remedy, width));
    lines.extend(wrap(&format!("{indent}Code:  "), &format!("{}{detail}", problem.code), width));
    lines
}

/// Something that is being done, or is done.
pub(super) fn item(item: &Item, width: usize) -> Block {
    row(item.state, &item.label, &item.result, width)
}

/// A check.
pub(super) fn check(check: &CheckView, width: usize) -> Block {
    let mut lines = row(check.state, &check.name, &check.result, width);
    if let Some(problem) = &check.problem {
        lines.extend(causes(problem, "    ", width));
    }
    for line in &check.sample {
        let text = format!("{}: {} in Teams, {} for 8x8", line.name, line.teams, line.eight);
        lines.extend(wrap("      ", &text, width));
    }
    lines
}

pub(super) fn row(state: Progress, label: &str, result: &str, width: usize) -> Block {
    let mark = match state {
        Progress::Waiting | Progress::Running => "  … ",
        Progress::Good => "  ✓ ",
        Progress::Bad => "  ✗ ",
        Progress::LeftOut => "  - ",
    };
    let text = if result.is_empty() { label.to_owned() } else { format!("{label}: {result}") };
    wrap(mark, &text, width)
}

/// A question before something is taken away.
pub(super) fn ask(ask: &Ask, width: usize) -> Block {
    let mut lines = wrap("", &ask.title, width);
    lines.extend(ask.text.iter().flat_map(|text| wrap("  ", text, width)));
    lines
}

/// The open step, if there is one.
pub(super) fn current(view: &IntegrationView) -> Option<&StepView> {
    view.steps.iter().find(|step| step.state == StepState::Current)
}

fn optional(indent: &str, text: &str, width: usize) -> Block {
    if text.is_empty() { Block::new() } else { wrap(indent, text, width) }
}
