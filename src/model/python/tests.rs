//! What is read from programs, and that nothing is read from guesses.

use super::*;

fn values(texts: &[Text]) -> Vec<&str> {
    texts.iter().map(|text| text.value.as_str()).collect()
}

fn reading(text: &str) -> Reading {
    read(text).expect("the program is read")
}

#[test]
fn topics_and_servers_are_read_through_names_and_templates() {
    let found = reading(
        "NAME = 'b'\nTOPIC = f'{NAME}_c'\nx.readStream.option('subscribe', 'a,' + TOPIC).option('kafka.bootstrap.servers', 'k:1').load()\n\
         p = KafkaProducer(bootstrap_servers=['k:2', 'l:3'])\np.send(TOPIC, b'')\n",
    );
    assert_eq!(values(&found.reads), ["a", "b_c"]);
    assert_eq!(values(&found.sends), ["b_c"]);
    assert!(found.produces);
    let hosts: Vec<Vec<&str>> = found.hosts.iter().map(|hosts| values(&hosts.names)).collect();
    assert_eq!(hosts, [vec!["k:1"], vec!["k:2", "l:3"]]);
}

#[test]
fn a_name_that_may_stand_for_several_things_stands_for_none() {
    for text in [
        "t = 'a'\nt = 'b'\np.send(t)",
        "def f(t):\n    p.send(t)\nt = 'a'",
        "for t in ['a']:\n    p.send(t)",
        "import t\np.send(t)",
        "t = 'a'\nt += 'b'\np.send(t)",
        "with f() as t:\n    p.send(t)",
        "p.send(f'{a!r}')",
        "p.send(other())",
    ] {
        assert_eq!(reading(text).sends, [], "{text}");
    }
}

#[test]
fn sessions_are_read_and_other_masters_are_not() {
    let found = reading(
        "s = SparkSession.builder.appName('x').master('local').config('spark.a', 'b').getOrCreate()\nc.master('x')\n",
    );
    assert_eq!(found.masters.len(), 1);
    assert_eq!(found.masters[0].value.as_deref(), Some("local"));
    assert_eq!(
        (found.settings[0].key.value.as_str(), found.settings[0].value.as_ref().unwrap().value.as_str()),
        ("spark.a", "b")
    );
    assert_eq!(reading("SparkConf().setAll([('spark.a', '1'), ('b', '2')])").settings.len(), 1);
}

#[test]
fn schemas_are_read_where_every_name_is_certain() {
    let found = reading("s = StructType([StructField('a', T.IntegerType(), True), StructField('b', StringType())])");
    let fields: Vec<(&str, Option<&str>)> =
        found.schemas[0].fields.iter().map(|field| (field.name.value.as_str(), field.kind.as_deref())).collect();
    assert_eq!(fields, [("a", Some("IntegerType")), ("b", Some("StringType"))]);
    assert_eq!(reading("StructType([StructField(name, StringType()) for name in names])").schemas, []);
}

#[test]
fn statements_of_cql_are_read_with_their_columns() {
    let text = "K = 'ks'\ns.execute(f'''CREATE TABLE IF NOT EXISTS {K}.t (\n  id uuid, \"Name\" text, tags map<text, list<int>>,\n  PRIMARY KEY (id)\n)''')\n\
                s.execute('INSERT INTO t (id, name) VALUES (%s, %s)')\ns.execute('CREATE KEYSPACE ks WITH x = 1; ')\n";
    let found = reading(text);
    let made = &found.statements[0];
    assert_eq!((made.keyspace.as_deref(), made.table.as_deref()), (Some("ks"), Some("t")));
    let columns: Vec<(&str, Option<&str>, &str)> = made
        .columns
        .iter()
        .map(|column| (column.name.as_str(), column.kind.as_deref(), &text[column.at.clone()]))
        .collect();
    assert_eq!(
        columns,
        [("id", Some("uuid"), "id"), ("Name", Some("text"), "\"Name\""), ("tags", Some("map<text,list<int>>"), "tags")]
    );
    assert_eq!(found.statements[1].columns.len(), 2);
    assert_eq!(found.statements[2].kind, cql::Kind::MakesKeyspace);
}

#[test]
fn records_are_read_from_literals_and_from_keys_set_one_by_one() {
    let found = reading(
        "def f():\n    r = {}\n    r['id'] = uuid.uuid4()\n    r['n'] = int(x)\n    r['t'] = [y for y in z]\n    return r\ng({'a': 'b', 'c': 1.5, **d})\n",
    );
    let fields: Vec<(&str, Json)> =
        found.records[0].fields.iter().map(|(name, kind)| (name.value.as_str(), *kind)).collect();
    assert_eq!(fields, [("id", Json::Uuid), ("n", Json::Int), ("t", Json::List)]);
    assert!(!found.records[0].is_open);
    assert!(found.records[1].is_open);
}

#[test]
fn streams_without_a_checkpoint_are_seen() {
    for (text, count) in [
        ("df.writeStream.foreachBatch(f).start()", 1),
        ("df.writeStream.format('console').start()", 0),
        ("df.writeStream.option('checkpointLocation', '/x').start()", 0),
        ("df.writeStream.options(**o).start()", 0),
        ("thread.start()", 0),
    ] {
        assert_eq!(reading(text).streams_without_checkpoint.len(), count, "{text}");
    }
}

#[test]
fn secrets_are_seen_by_their_names_and_not_kept() {
    let text = "f(password='hunter2')\nAPI_KEY = 'abc'\nb.config('spark.cassandra.auth.password', 'x')\nf(password=os.environ['P'])\nf(password='')\nf(password='{{ conn }}')\n";
    let found = reading(text);
    assert_eq!(found.secrets.len(), 3);
    assert!(!format!("{found:?}").contains("hunter2"));
}

#[test]
fn what_python_refuses_is_located() {
    for text in ["def f(:\n", "x = 'a\n", "if x:\ny = 1\n", "f'{a:{b!'", "\u{0}", "print 'x'\n"] {
        assert!(matches!(read(text), Err(Unread::Syntax { .. })), "{text:?}");
    }
    // Python 3.12 would take it; the images run 3.11.
    assert!(matches!(read("type X = int\n"), Err(Unread::Syntax { .. })));
}

#[test]
fn bottomless_programs_are_not_read() {
    let deep: [String; 6] = [
        "(".repeat(50_000),
        format!("x = {}1", "-".repeat(50_000)),
        format!("x = {}1", "not ".repeat(50_000)),
        format!("x = {}", "lambda: ".repeat(50_000)),
        format!("x = a{}", ".b".repeat(50_000)),
        format!("x = {}", "f'{".repeat(5_000)),
    ];
    for text in deep {
        assert!(read(&text).is_err());
    }
}

/// Ids in the order of the file, with the lines they are on.
fn dags(text: &str) -> Vec<(usize, String)> {
    let mut found = read(text).unwrap().dags;
    found.sort_by_key(|dag| dag.at.start);
    found.into_iter().map(|dag| (span(text, &dag.at).line, dag.value)).collect()
}

#[test]
fn ids_are_found_however_a_dag_is_made() {
    let own = |found: &[(usize, &str)]| found.iter().map(|(line, id)| (*line, (*id).to_owned())).collect::<Vec<_>>();
    let text = "# DAG('no')\nwith DAG(\"one\", x):\n  pass\nDAG(\n    'two',\n)\nDAG(tags=f(1), dag_id = \"three\")\n@dag(schedule=None)\ndef four():\n  pass\n";
    assert_eq!(dags(text), own(&[(2, "one"), (4, "two"), (7, "three"), (8, "four")]));
    let text = "@dag(dag_id='five')\ndef six(): pass\n@dag\ndef seven(): pass\n";
    assert_eq!(dags(text), own(&[(1, "five"), (3, "seven")]));
}

#[test]
fn what_only_speaks_of_a_dag_makes_none() {
    let text = "DAG(name)\nMyDAG('a')\nTriggerDagRunOperator(trigger_dag_id='b')\nSensor(dag_id='c')\nDAG(x, parent_dag_id='d')\n";
    assert_eq!(dags(text), []);
}

#[test]
fn options_of_kafkas_reader_are_read_and_those_of_others_are_not() {
    let found = reading(
        "r = s.readStream.format('kafka').option('subscribe', 'a').option('delimeter', ',').options(minPartitions=2)\n\
         s.read.format('kafka').option('delimeter', ',').options(**{'startingOffsets': 'earliest'}).load()\n\
         s.read.format('csv').option('delimiter', ',').load('x')\n\
         d.write.format('kafka').option('delimiter', ',').save()\n",
    );
    assert_eq!(values(&found.kafka_options), ["startingOffsets", "delimeter"]);
}

/// What a program submits: its packages, one list a text, and its masters.
fn submitted(text: &str) -> (Vec<String>, Vec<String>) {
    let found = reading(text);
    let own = |texts: &[Text]| texts.iter().map(|text| text.value.clone()).collect();
    (own(&found.submitted_packages), own(&found.submitted_masters))
}

#[test]
fn packages_and_masters_of_command_lines_are_read() {
    for line in [
        "BashOperator(task_id='x', bash_command='spark-submit --packages a:b:1,c:d:2 --master yarn job.py')",
        "BashOperator(bash_command='cd /x && A=1 /opt/spark/bin/spark-submit --packages=a:b:1,c:d:2 --master=yarn job.py; ls')",
        "BashOperator(bash_command=\"\"\"\n  set -e\n  spark-submit \\\\\n  --verbose --conf \"spark.jars.packages=a:b:1,c:d:2\" \\\\\n  -c spark.master=yarn job.py\n\"\"\")",
        "P = 'a:b:1'\nM = 'yarn'\nsubprocess.run(f'spark-submit --packages {P},c:d:2 --master {M} job.py', shell=True)",
        "P = 'a:b:1,c:d:2'\nsubprocess.run(['spark-submit', '--packages', P, '--master', 'yarn', path, '--master', 'local'])",
        "subprocess.check_call(['bash', '-c', 'spark-submit --packages a:b:1,c:d:2 --master yarn job.py'])",
        "os.system('if true; then spark-submit --master yarn --packages a:b:1,c:d:2 job.py; fi')",
        "Popen('spark-submit --master yarn --packages a:b:1,c:d:2 job.py'.split())",
        "subprocess.call(shlex.split('spark-submit --master yarn --packages a:b:1,c:d:2 job.py'))",
        "os.popen('bash -lc \"spark-submit --master yarn --packages a:b:1,c:d:2 job.py\"')",
    ] {
        assert_eq!(submitted(line), (vec!["a:b:1,c:d:2".to_owned()], vec!["yarn".to_owned()]), "{line}");
    }
    let operator = "SparkSubmitOperator(packages='a:b:1', conf={'spark.jars.packages': 'c:d:2', 'spark.master': 'x'})";
    assert_eq!(submitted(operator), (vec!["a:b:1".to_owned(), "c:d:2".to_owned()], vec![]));
}

#[test]
fn what_only_speaks_of_spark_submit_is_no_command() {
    for line in [
        "BashOperator(bash_command='echo spark-submit --packages a:b:1 --master yarn job.py')",
        "BashOperator(bash_command='echo \"run: spark-submit --packages a:b:1 --master yarn\"')",
        "BashOperator(bash_command='# spark-submit --packages a:b:1 job.py')",
        "BashOperator(bash_command='cat > x <<EOF\\nspark-submit --packages a:b:1 job.py\\nEOF')",
        "BashOperator(bash_command='docker exec spark-master spark-submit --packages a:b:1 job.py')",
        "BashOperator(bash_command='spark-submit job.py --packages a:b:1 --master yarn')",
        "BashOperator(bash_command='my-spark-submit --packages a:b:1 job.py')",
        "BashOperator(bash_command='spark-submit --packages \"a:b:1')",
        "BashOperator(bash_command=f'spark-submit --packages {version()} --master yarn job.py')",
        "SSHOperator(command='spark-submit --packages a:b:1 --master yarn job.py')",
        "connection.run('spark-submit --packages a:b:1 --master yarn job.py')",
        "subprocess.run(['spark-submit', *options, '--packages', 'a:b:1'])",
        "subprocess.run(['ls', 'spark-submit', '--packages', 'a:b:1'])",
        "log.info('spark-submit --packages a:b:1 job.py')",
        "text = 'spark-submit --packages a:b:1 --master yarn job.py'",
    ] {
        assert_eq!(submitted(line), (vec![], vec![]), "{line}");
    }
    let jinja = "BashOperator(bash_command='spark-submit --master {{ var.value.master }} --packages a:b:1 job.py')";
    assert_eq!(submitted(jinja), (vec![], vec!["{{".to_owned()]));
}

#[test]
fn files_are_seen_that_a_program_needs_at_its_start() {
    for text in [
        "with open('/a/b') as f:\n    x = f.read()",
        "P = '/a/b'\nx = json.load(open(P))",
        "x = open(file='/a/b', mode='rb').read()",
        "for line in open('/a/b', 'r'):\n    pass",
    ] {
        assert_eq!(values(&reading(text).openings), ["/a/b"], "{text}");
    }
    for text in [
        "with open('/a/b', 'w') as f:\n    pass",
        "with open('a/b') as f:\n    pass",
        "def f():\n    return open('/a/b')",
        "try:\n    x = open('/a/b')\nexcept OSError:\n    x = None",
        "if os.path.exists('/a/b'):\n    x = open('/a/b')",
        "P = '/a/b'\nfetch(P)\nx = open(P)",
        "x = lambda: open('/a/b')",
        "x = [open('/a/b') for _ in y]",
        "x = open('/a/b') if y else None",
        "from smart_open import open\nx = open('/a/b')",
        "x = shelf.open('/a/b')",
        "x = open('/a/b', mode)",
        "D = '/a'\nx = open(D + '/b')",
    ] {
        assert_eq!(reading(text).openings, [], "{text}");
    }
}
