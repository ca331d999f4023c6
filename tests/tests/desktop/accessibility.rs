//! For people who can not see the window, or not well: what is read to them, and the rules that every screen keeps.

use tests::desktop::{Desktop, Node, rows};

use super::{PEOPLE, screens};

/// The words that a state begins with when it is read.
const STATES: [&str; 7] = ["available", "busy", "on call", "do not disturb", "away", "offline", "unknown"];

/// "Anna Keller, account executive, extension 4021, on call in Teams for 12 minutes".
fn is_sentence(row: &str) -> bool {
    let Some((who, rest)) = row.split_once(", extension ") else { return false };
    let Some((extension, state)) = rest.split_once(", ") else { return false };
    let (name, title) = who.split_once(", ").unwrap_or_default();
    let named = !name.is_empty() && title.chars().next().is_some_and(char::is_alphabetic);
    let dialled = extension.len() >= 3 && extension.chars().all(|digit| digit.is_ascii_digit());
    named && dialled && STATES.iter().any(|word| state.starts_with(word))
}

fn of_kind<'a>(tree: &'a [Node], kind: &str) -> impl Iterator<Item = &'a Node> {
    tree.iter().filter(move |node| node.kind == kind)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_reader_hears_the_board_as_sentences() {
    let desktop = Desktop::start_with_accessibility().await;
    let window = desktop.open(&["--sandbox"]).await;
    window.wait("a live board", |view| view.is_live() && view.everybody == PEOPLE).await;
    let reader = desktop.accessibility();
    let tree = reader.wait("rows that are read", |tree| rows(tree).len() > 10).await;
    let read = rows(&tree);
    let sentences = read.iter().filter(|row| is_sentence(row)).count();
    assert!(sentences >= 10, "{read:#?}");
    // Nobody is left without words, also when there is nothing to dial.
    let odd: Vec<_> =
        read.iter().filter(|row| !is_sentence(row) && !row.contains(", no extension, ")).collect();
    assert!(odd.is_empty(), "{odd:#?}");

    // There is one of each of these; whatever there may be more of has a name.
    for kind in ["main", "grid", "combobox", "navigation"] {
        assert!(of_kind(&tree, kind).count() >= 1, "no {kind}");
    }
    for kind in ["navigation", "region", "group", "grid", "combobox", "button", "dialog", "image"] {
        for node in of_kind(&tree, kind) {
            assert!(!node.name.is_empty(), "without a name: {}", node.line());
        }
    }
    let search = of_kind(&tree, "combobox").find(|node| node.name == "Find a person");
    assert!(search.is_some_and(|search| search.is("focusable")), "{search:?}");
    assert_eq!(of_kind(&tree, "main").count(), 1);

    // What changes by itself is said without the focus moving, once there is something to say.
    let is_voice = |node: &Node| node.kind == "status" && node.attributes["live"] == "polite";
    assert_eq!(tree.iter().filter(|node| is_voice(node)).count(), 1);

    // A search says what it is and what is in it, and may suggest some who are free besides; whom it finds first is read at once, though the focus stays there.
    window.search(&desktop.display, "ellery").await;
    let tree = reader.wait("somebody who is found", |tree| (1..=6).contains(&rows(tree).len())).await;
    let search = of_kind(&tree, "combobox").find(|node| node.text == "ellery");
    assert_eq!(search.map(|search| search.name.as_str()), Some("Find a person"));
    let is_read = |node: &Node| node.role == "table row" && node.is("focused") && node.is("selected");
    let tree = reader.wait("whom it finds", |tree| tree.iter().any(is_read)).await;
    let read = tree.iter().find(|node| is_read(node)).unwrap();
    assert!(read.name.starts_with("Morgan Ellery, "), "{}", read.line());
    assert_eq!(window.run("return document.activeElement.id").await, "search");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_screen_breaks_the_rules_of_accessibility() {
    let mut broken = Vec::new();
    for (theme, dark) in [("light", false), ("dark", true)] {
        screens::visit_all(dark, async |screen, _, window| {
            let rules = window.broken_rules().await;
            broken.extend(rules.into_iter().map(|rule| format!("{} ({theme}): {rule}", screen.name)));
        })
        .await;
    }
    assert!(broken.is_empty(), "{} times a rule is broken:\n{}", broken.len(), broken.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rules_find_what_breaks_them() {
    let desktop = Desktop::start().await;
    let window = desktop.open(&[]).await;
    let spoil = r#"
        const [button, nameless] = [document.createElement("button"), document.createElement("button")];
        document.querySelector("main h1").prepend(button, nameless);
        button.append("hardly to be seen");
        button.style.color = "rgb(119, 136, 153)";
        button.style.background = "rgb(120, 130, 150)";
    "#;
    window.run(spoil).await;
    let found = window.broken_rules().await;
    for words in ["color-contrast: ", "foreground color: #778899, background color: #788296", "button-name: "]
    {
        assert!(found.iter().any(|rule| rule.contains(words)), "{words} is not in {found:#?}");
    }
}
