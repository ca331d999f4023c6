//! The desktop application as an operator has it: in the tray for months, and with ten thousand people on its page.
//!
//! It runs on an invisible desktop with a real keychain and a real tray, signed in like any other.

use std::path::Path;
use std::time::Duration;

use presence::clock::pause;
use sandbox::{Options, Sandbox};
use serde_json::Value;
use tests::bench::STILL;
use tests::desktop::{Desktop, Key, Program, Window};

use super::figures::{Figures, Unit};
use super::{Outcome, memory};

/// After this long everything was read and drawn, on a slow machine too.
const SETTLED: Duration = Duration::from_secs(30);

/// So long each is looked at.
const WATCHED: Duration = Duration::from_mins(1);

/// Time between two polls.
const INTERVAL: Duration = Duration::from_secs(10);

/// Of so many people one changes in each poll.
const CHANGES: usize = 20;

/// Takes note of every pause of the page's main thread, of everything that crosses to the program and back, and of how
/// long a letter in the search field waits for its answer to be drawn.
const RECORD: &str = r"
const gaps = [], typed = [];
let last = performance.now(), going = true, bytes = 0, calls = 0;
const beat = () => {
  const now = performance.now();
  gaps.push(now - last);
  last = now;
  if (going) setTimeout(beat, 4);
};
setTimeout(beat, 4);
const inner = window.__TAURI_INTERNALS__, invoke = inner.invoke;
inner.invoke = async (...words) => {
  const answer = await invoke(...words);
  bytes += JSON.stringify(words[1] ?? null).length + JSON.stringify(answer ?? null).length;
  calls += 1;
  return answer;
};
document.querySelector('#search').addEventListener('input', () => {
  const began = performance.now();
  const seen = new MutationObserver(() => {
    seen.disconnect();
    requestAnimationFrame(() => typed.push(performance.now() - began));
  });
  seen.observe(document.querySelector('.list'), { subtree: true, childList: true, characterData: true });
}, { capture: true });
window.recorded = () => {
  going = false;
  inner.invoke = invoke;
  return { gaps: gaps.sort((one, other) => other - one).slice(0, 20), bytes, calls, typed };
};
";

/// Measures it, where there is such a desktop.
pub(crate) async fn measure(_program: &Path, figures: &mut Figures) -> Outcome<()> {
    if !cfg!(target_os = "linux") {
        eprintln!("the desktop application is not measured: that needs Linux");
        return Ok(());
    }
    Box::pin(in_the_tray(figures)).await?;
    Box::pin(on_the_page(figures)).await
}

/// An organisation, and the application signed in to it.
async fn organisation(people: usize) -> Outcome<(Desktop, Sandbox)> {
    let sandbox = Sandbox::start(Options { people, pace: STILL, ..Options::default() }).await?;
    Ok((Desktop::start().await, sandbox))
}

async fn sign_in(desktop: &Desktop, sandbox: &Sandbox, people: usize) -> Window {
    let window = desktop.open(&["--endpoints", &desktop.endpoints(sandbox)]).await;
    window.click("choose-organisation").await;
    window.click("sign-in").await;
    desktop.browser.sign_in(sandbox.status_user(), 1).await;
    window.wait("a live board", |view| view.is_live() && view.everybody == people).await;
    window
}

/// Months in the tray: no page, little memory, little work.
async fn in_the_tray(figures: &mut Figures) -> Outcome<()> {
    const PEOPLE: usize = 1_000;
    let (desktop, sandbox) = organisation(PEOPLE).await?;
    let window = sign_in(&desktop, &sandbox, PEOPLE).await;
    figures.bytes("desktop: memory, window open (PSS, all processes)", Some(PEOPLE), {
        pause(SETTLED).await;
        window.application_memory(memory::of_tree)
    });
    desktop.tray().press("Quit Presence Sync").await;
    window.end().await;
    let program = desktop.run(&["--hidden", "--endpoints", &desktop.endpoints(&sandbox)]);
    desktop.tray().wait_for_icon("live").await;
    pause(SETTLED).await;
    let id = program.id();
    let before = memory::cpu(id);
    for _ in 0..WATCHED.as_secs() / INTERVAL.as_secs() {
        churn(&sandbox, PEOPLE / CHANGES, 0);
        pause(INTERVAL).await;
    }
    let spent = before.zip(memory::cpu(id)).map(|(before, after)| after.saturating_sub(before));
    figures.bytes("desktop: private memory in the tray", Some(PEOPLE), memory::private(id));
    figures.bytes("desktop: memory in the tray (PSS)", Some(PEOPLE), memory::of_tree(id));
    if let Some(spent) = spent {
        let share = spent.as_secs_f64() / WATCHED.as_secs_f64() * 100.0;
        figures.note("desktop: CPU in the tray, % of one core", Unit::Count, Some(PEOPLE), share);
    }
    figures.note("desktop: web processes in the tray", Unit::Count, Some(PEOPLE), count(&program));
    drop(program);
    sandbox.stop().await;
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "there are a handful at most")]
fn count(program: &Program) -> f64 {
    program.web_processes().len() as f64
}

/// Ten thousand people on the page while one in twenty changes in each poll, and somebody types.
async fn on_the_page(figures: &mut Figures) -> Outcome<()> {
    const PEOPLE: usize = 10_000;
    let (desktop, sandbox) = organisation(PEOPLE).await?;
    let window = sign_in(&desktop, &sandbox, PEOPLE).await;
    pause(SETTLED).await;
    window.run(RECORD).await;
    let rounds = WATCHED.as_secs() / INTERVAL.as_secs();
    for round in 0..rounds {
        churn(&sandbox, PEOPLE / CHANGES, usize::try_from(round)?);
        if round % 2 == 1 {
            desktop.display.press(Key("ctrl+k"));
            desktop.display.write("ann");
        } else {
            desktop.display.press(Key("Escape"));
        }
        pause(INTERVAL).await;
    }
    let seen = window.run("return window.recorded()").await;
    let numbers = |name: &str| -> Vec<f64> {
        seen[name].as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
    };
    let longest = numbers("gaps").into_iter().fold(0.0, f64::max);
    figures.note("page: longest block of its main thread", Unit::Milliseconds, Some(PEOPLE), longest);
    let polls = f64::from(u32::try_from(rounds)?);
    let bytes = seen["bytes"].as_f64().unwrap_or_default() / polls / 1_024.0;
    figures.note("page: kB to and from the program, a poll of everybody", Unit::Count, Some(PEOPLE), bytes);
    let mut typed = numbers("typed");
    typed.sort_by(f64::total_cmp);
    if let Some(middle) = typed.get(typed.len() / 2) {
        figures.note(
            "page: from a letter to its answer drawn, middle",
            Unit::Milliseconds,
            Some(PEOPLE),
            *middle,
        );
    }
    eprintln!("the longest pauses in ms: {:.1?}; letters: {typed:.1?}", numbers("gaps"));
    drop(window);
    sandbox.stop().await;
    Ok(())
}

/// Some people change their state.
fn churn(sandbox: &Sandbox, number: usize, round: usize) {
    let control = sandbox.control();
    let states =
        [("Available", "Available"), ("Busy", "InACall"), ("Away", "Away"), ("DoNotDisturb", "Presenting")];
    for (at, person) in
        control.people().iter().enumerate().skip(round % CHANGES).step_by(CHANGES).take(number)
    {
        let (availability, activity) = states[(at + round) % states.len()];
        // Whoever left in the meantime does not change.
        let _ = control.set_presence(&person.id, availability, activity, false, 3_600.0);
    }
}
