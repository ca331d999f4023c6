use super::*;
use crate::center::{AgentStatus, StatusReason};
use crate::engine::event::StoredObservation;
use crate::engine::quiet::Before;
use crate::mapping::Term;

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("presence-store-{name}-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn person(number: u8) -> Arc<Person> {
    let id = PersonId::parse(&format!("00000000-0000-0000-0000-0000000000{number:02x}")).unwrap();
    Arc::new(Person {
        id,
        name: format!("Person {number}"),
        user_name: format!("p{number}@x.example"),
        mail: None,
        proxy_addresses: Vec::new(),
        title: None,
        department: None,
        site: None,
        direct: None,
        mobile: None,
        guest: Some(false),
        enabled: Some(true),
    })
}

fn observation(observed: &str, absent: bool) -> StoredObservation {
    StoredObservation {
        availability: Term::parse("Busy"),
        activity: Term::parse("Levitating"),
        out_of_office: true,
        since: "2026-11-23T09:00:00Z".parse().unwrap(),
        observed: observed.parse().unwrap(),
        absent,
    }
}

fn open(path: &Path) -> (Store, Restored) {
    Store::open(path, "tenant app", |problem| assert_eq!(problem, None)).unwrap()
}

#[test]
fn the_board_comes_back_with_the_age_it_had() {
    let path = folder("board").join("board.db");
    let (store, restored) = open(&path);
    assert!(restored.people.is_empty() && restored.cursor.is_none());
    let people = vec![person(1), person(2), person(3)];
    let cursor = Some("https://x/delta?t=1".into());
    store.write(Change::Directory { people, removed: vec![person(3).id], cursor });
    let states = vec![
        (person(1).id, observation("2026-11-23T09:10:00Z", false)),
        (person(2).id, observation("2026-11-23T09:10:00Z", true)),
    ];
    store.write(Change::Observations {
        people: states,
        confirmed: "2026-11-23T09:30:00Z".parse().unwrap(),
        days: Vec::new(),
    });
    drop(store);

    let (_store, restored) = open(&path);
    assert_eq!(restored.cursor.as_deref(), Some("https://x/delta?t=1"));
    let mut people = restored.people;
    people.sort_by_key(|(person, _)| person.id);
    assert_eq!(people.len(), 2);
    // Whoever was there was confirmed later; whoever was left out was not.
    assert_eq!(people[0].1, Some(observation("2026-11-23T09:30:00Z", false)));
    assert_eq!(people[1].1, Some(observation("2026-11-23T09:10:00Z", true)));
}

#[test]
fn the_states_of_a_day_come_back_and_older_ones_go() {
    let path = folder("day").join("board.db");
    let (store, _) = open(&path);
    store.write(Change::Directory { people: vec![person(1)], removed: Vec::new(), cursor: None });
    let write = |days: Vec<(u8, i64, Presence)>, now: i64| {
        let days = days.into_iter().map(|(number, seconds, state)| (person(number).id, at(seconds), state));
        store.write(Change::Observations { people: Vec::new(), confirmed: at(now), days: days.collect() });
    };
    write(vec![(1, 0, Presence::Available), (1, 60, Presence::OnCall)], 60);
    write(vec![(1, 200_000, Presence::Away)], 200_000);
    drop(store);
    assert_eq!(open(&path).1.days, [(person(1).id, at(200_000), Presence::Away)]);
}

#[test]
fn a_file_that_is_no_store_or_a_newer_one_is_set_aside_and_not_deleted() {
    let folder = folder("aside");
    let path = folder.join("board.db");
    std::fs::write(&path, b"this is no database, and long enough to be taken for one by its size alone")
        .unwrap();
    drop(open(&path));
    let newer = Connection::open(&path).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    drop(newer);
    drop(open(&path));
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["board.db", "board.db.unusable-1", "board.db.unusable-2"]);
}

#[test]
fn a_file_cut_short_is_set_aside() {
    let path = folder("cut").join("board.db");
    let (store, _) = open(&path);
    store.write(Change::Directory {
        people: (1..200).map(person).collect(),
        removed: Vec::new(),
        cursor: None,
    });
    drop(store);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let (_store, restored) = open(&path);
    assert!(restored.people.len() < 200);
}

#[test]
fn another_organisation_never_sees_the_board() {
    let path = folder("owner").join("board.db");
    let (store, _) = open(&path);
    store.write(Change::Directory { people: vec![person(1)], removed: Vec::new(), cursor: Some("c".into()) });
    drop(store);
    assert_eq!(open(&path).1.people.len(), 1);
    let (_store, restored) = Store::open(&path, "other app", |_| ()).unwrap();
    assert!(restored.people.is_empty() && restored.cursor.is_none());
}

fn agent(name: &str) -> Lever {
    Lever::Agent(name.into())
}

fn member(name: &str) -> Lever {
    Lever::Member { group: "sales \"north\"".into(), extension_id: name.into() }
}

fn held(lever: Lever, status: AgentStatus) -> Held {
    let reason = Some(StatusReason { list: 801, item: 1726, short_code: "Train".into() });
    let before = match lever {
        Lever::Agent(_) => Before::Agent { status, reason },
        Lever::Member { .. } => Before::LoggedIn,
    };
    Held { lever, before, since: at(0) }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

/// Keeps calls away from three, one of them twice, and hears the stream twice.
fn quieten(store: &Store) {
    let added = vec![
        held(agent("ann"), AgentStatus::ON_BREAK),
        held(agent("bob"), AgentStatus::AVAILABLE),
        held(member("x"), AgentStatus::AVAILABLE),
    ];
    store.write(Change::Quiet { added, removed: Vec::new() });
    let added = vec![held(agent("ann"), AgentStatus::AVAILABLE)];
    store.write(Change::Quiet { added, removed: vec![agent("bob"), agent("nobody")] });
    for (id, seconds) in [("CAES", 1), ("CAET", 2)] {
        store.write(Change::Stream { id: id.into(), at: at(seconds) });
    }
}

#[test]
fn what_calls_are_kept_away_with_and_where_the_stream_stood_come_back() {
    let path = folder("quiet").join("board.db");
    let (store, restored) = open(&path);
    assert_eq!((restored.quiet, restored.stream), (Vec::new(), None));
    quieten(&store);
    drop(store);
    let (store, restored) = open(&path);
    let mut quiet = restored.quiet;
    quiet.sort_by_key(|held| held.lever.clone());
    let kept = [held(agent("ann"), AgentStatus::AVAILABLE), held(member("x"), AgentStatus::AVAILABLE)];
    assert_eq!(quiet, kept);
    assert_eq!(restored.stream, Some(("CAET".into(), at(2))));
    store.write(Change::Quiet { added: Vec::new(), removed: vec![agent("ann"), member("x")] });
    drop(store);
    assert!(open(&path).1.quiet.is_empty());
}

#[test]
fn another_organisation_gets_neither() {
    let path = folder("quiet-owner").join("board.db");
    let (store, _) = open(&path);
    quieten(&store);
    drop(store);
    let (_store, restored) = Store::open(&path, "other app", |_| ()).unwrap();
    assert_eq!((restored.quiet, restored.stream), (Vec::new(), None));
}

#[test]
fn files_of_older_versions_keep_what_they_have_and_learn_the_rest() {
    for version in [1, 2] {
        let path = folder("older").join("board.db");
        let connection = Connection::open(&path).unwrap();
        schema::older(&connection, version).unwrap();
        connection
            .execute_batch(
                "INSERT INTO meta VALUES ('owner', 'tenant app'), ('cursor', 'https://x/delta?t=1');
                 INSERT INTO contact VALUES (1, 'damaged');",
            )
            .unwrap();
        let person = person(1);
        let card = serde_json::to_string(&person).unwrap();
        connection
            .execute("INSERT INTO person (id, card) VALUES (?1, ?2)", params![person.id.as_bytes(), card])
            .unwrap();
        drop(connection);

        let (store, restored) = open(&path);
        // The directory is read anew, because more is asked of it since.
        assert_eq!((restored.people.len(), restored.cursor.as_deref()), (1, None));
        quieten(&store);
        store.write(Change::Ledger { added: vec![(person.id, at(0))], removed: Vec::new() });
        drop(store);
        let restored = open(&path).1;
        assert_eq!((restored.quiet.len(), restored.ledger), (2, vec![person.id]));
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing was set aside");
        let connection = Connection::open(&path).unwrap();
        let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        assert_eq!(version, 4);
    }
}

#[test]
fn damaged_rows_are_left_out_and_cost_nothing_else() {
    let path = folder("quiet-damaged").join("board.db");
    let (store, _) = open(&path);
    quieten(&store);
    drop(store);
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "INSERT INTO quiet VALUES ('a', '{'), ('b', x'00ff'), ('c', '{\"lever\":{\"Agent\":\"c\"}}');
             UPDATE cursor SET at = 9223372036854775807;",
        )
        .unwrap();
    // An agent that would be restored to a call.
    let senseless = held(agent("cat"), AgentStatus::HANDLING);
    connection
        .execute("INSERT INTO quiet VALUES ('d', ?1)", [serde_json::to_string(&senseless).unwrap()])
        .unwrap();
    drop(connection);
    let (_store, restored) = open(&path);
    assert_eq!((restored.quiet.len(), restored.stream), (2, None));
    assert!(!path.with_file_name("board.db.unusable-1").exists());
}
