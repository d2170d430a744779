namespace Coterie.Server.Tests.Semantics;

/// <param name="Writes">What it does, by partition.</param>
/// <param name="DefaultTimestamp">Sent with the request, if the text does not say it.</param>
internal sealed record MadeWrite(StatementText Statement, List<(ModelPartition Partition, ModelWrite Write)> Writes, long? DefaultTimestamp);

/// <summary>
/// Makes statements that write, and says what they do. Timestamps are few, so that ties and late writes are the rule; only what touches lists has
/// timestamps of its own, since the order of a list's elements of one timestamp is nobody's to know.
/// </summary>
internal sealed class WriteMaker(ModelTable table, Random random)
{
    private static readonly string[] Texts = ["", "a", "b'b", "ü", "zz"];

    private readonly ModelSchema _schema = table.Schema;
    private readonly HashSet<long> _ofLists = [];
    private readonly List<long> _used = [1];
    private int _nextPlace;
    private bool _touchesList;
    private byte[][]? _lastPartition;
    private byte[][]? _lastRow;

    public MadeWrite Make(long now)
    {
        _nextPlace = 0;
        _touchesList = false;
        return random.Next(5) == 0 ? Batch(now) : Single(now);
    }

    public byte[] Value(Shape shape) => shape switch
    {
        Shape.Int => ModelValues.Int(random.Next(8) == 0 ? random.Next(2) == 0 ? int.MinValue : int.MaxValue : random.Next(-2, 2)),
        Shape.Text => System.Text.Encoding.UTF8.GetBytes(Texts[random.Next(Texts.Length)]),
        Shape.TextMap => Map(),
        Shape.IntList => Numbers(false),
        _ => Numbers(true),
    };

    /// <summary>A value of a key: from fewer than there are, so that keys meet again.</summary>
    public byte[] KeyValue(Shape shape) => shape switch
    {
        Shape.Int => ModelValues.Int(random.Next(10) == 0 ? int.MinValue : random.Next(-1, 2)),
        Shape.Text => System.Text.Encoding.UTF8.GetBytes(Texts[random.Next(3)]),
        _ => Numbers(true),
    };

    public byte[][] PartitionKey()
    {
        while (true)
        {
            var key = _schema.Partition.Select(c => KeyValue(c.Shape)).ToArray();
            if (key.Length > 1 || key[0].Length > 0)
            {
                return key;
            }
        }
    }

    private MadeWrite Single(long now)
    {
        var made = new MadeWrite(new StatementText(random), [], null);
        var parts = Plan(now);
        var timestamp = NextTimestamp();
        var inText = random.Next(3) > 0;
        parts(new WriteContext(made.Statement, made.Writes, timestamp, inText, now));
        return made with { DefaultTimestamp = inText ? null : timestamp };
    }

    private MadeWrite Batch(long now)
    {
        var made = new MadeWrite(new StatementText(random), [], null);
        var parts = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Plan(now)).ToList();
        var timestamp = NextTimestamp();
        var inText = random.Next(3) > 0;
        made.Statement.Add("BEGIN UNLOGGED BATCH ");
        if (inText)
        {
            made.Statement.Add("USING TIMESTAMP ").AddLong(timestamp).Add(" ");
        }

        foreach (var part in parts)
        {
            part(new WriteContext(made.Statement, made.Writes, timestamp, false, now));
            made.Statement.Add("; ");
        }

        made.Statement.Add("APPLY BATCH");
        return made with { DefaultTimestamp = inText ? null : timestamp };
    }

    /// <summary>Chooses what to do; whether that touches a list must be known before the timestamp is.</summary>
    private Action<WriteContext> Plan(long now)
    {
        var values = _schema.Values.Where(_ => random.Next(2) == 0).ToList();
        var choice = random.Next(10);
        if (choice < 4)
        {
            _touchesList |= values.Exists(c => c.Shape == Shape.IntList);
            return context => Insert(values, context);
        }

        if (choice < 7 && values.Count > 0)
        {
            _touchesList |= values.Exists(c => c.Shape == Shape.IntList);
            return context => Update(values, context);
        }

        if (choice == 7 && values.Count > 0)
        {
            _touchesList |= values.Exists(c => c.Shape == Shape.IntList);
            return context => DeleteColumns(values, context);
        }

        return DeleteRows;
    }

    private long NextTimestamp()
    {
        if (_touchesList)
        {
            long mine;
            do
            {
                mine = random.Next(2, 4000);
            }
            while (!_ofLists.Add(mine));
            _used.Add(mine);
            return mine;
        }

        var timestamp = random.Next(3) == 0 ? _used[random.Next(_used.Count)] : random.Next(2, 4000);
        _used.Add(timestamp);
        return timestamp;
    }

    private void Insert(List<ModelColumn> values, WriteContext context)
    {
        var partition = Partition();
        var onlyStatic = _schema.Clustering.Count > 0 && values.Count > 0 && values.TrueForAll(c => c.Role == Role.Static) && random.Next(2) == 0;
        var row = onlyStatic ? null : Row();
        var given = values.Select(c => (Column: c, Value: ValueOrNot(c.Shape))).ToList();
        var keys = _schema.Partition.Zip(partition.Key).Concat(onlyStatic ? [] : _schema.Clustering.Zip(row!)).ToList();
        var all = keys.Select(k => (Column: k.First, Value: (byte[]?)k.Second)).Concat(given).ToArray();
        random.Shuffle(all);
        var stamp = context.Stamp(random, _schema.DefaultTimeToLive);
        context.Statement.Add($"INSERT INTO {_schema.Name} ({string.Join(", ", all.Select(a => a.Column.Name))}) VALUES (")
            .AddList(", ", all.Select(a => (Action)(() => context.Statement.Add(a.Column.Shape, a.Value)))).Add(")");
        context.Using(stamp, random);
        if (!onlyStatic)
        {
            context.Add(partition, new MarkerWrite(row!, stamp.Live([])));
        }

        // Columns are written in the order of their definition, whatever the order of the text: places of list elements follow it.
        foreach (var (column, value) in given.OrderBy(g => OrderOfWriting(g.Column)))
        {
            SetWhole(partition, column.Role == Role.Static ? null : row, column, value, stamp, context);
        }
    }

    private static (bool, string) OrderOfWriting(ModelColumn column) => (column.Role != Role.Static, column.Name);

    private void SetWhole(ModelPartition partition, byte[][]? row, ModelColumn column, byte[]? value, WriteStamp stamp, WriteContext context)
    {
        if (ReferenceEquals(value, StatementText.Unset))
        {
            return;
        }

        if (!column.IsMultiCell)
        {
            context.Add(partition, new CellWrite(row, column.Name, null, value is null ? stamp.Tombstone() : stamp.Live(value)));
            return;
        }

        context.Add(partition, new CollectionDeletion(row, column.Name, stamp.Timestamp - 1));
        AddElements(partition, row, column, value, prepend: false, stamp, context);
    }

    private void AddElements(ModelPartition partition, byte[][]? row, ModelColumn column, byte[]? value, bool prepend, WriteStamp stamp, WriteContext context)
    {
        var parts = value is null || ReferenceEquals(value, StatementText.Unset) ? [] : ModelValues.Parts(value);
        for (var i = 0; i < parts.Count; i += column.Shape == Shape.TextMap ? 2 : 1)
        {
            var (key, cell) = column.Shape switch
            {
                Shape.IntList => (ListKey(stamp.Timestamp, prepend, prepend ? 0xFFFFFF - _nextPlace - (parts.Count - 1 - i) : _nextPlace + i), stamp.Live(parts[i])),
                Shape.IntSet => (parts[i], stamp.Live([])),
                _ => (parts[i], stamp.Live(parts[i + 1])),
            };
            context.Add(partition, new CellWrite(row, column.Name, key, cell));
        }

        _nextPlace += column.Shape == Shape.IntList ? parts.Count : 0;
    }

    private static byte[] ListKey(long timestamp, bool prepend, int place) =>
        [prepend ? (byte)0 : (byte)1, .. ModelValues.Int((int)(prepend ? 1_000_000 - timestamp : timestamp)), .. ModelValues.Int(place)];

    private void Update(List<ModelColumn> values, WriteContext context)
    {
        var onlyStatic = values.TrueForAll(c => c.Role == Role.Static) && _schema.Clustering.Count > 0;
        var statement = context.Statement;
        var partition = Partition();
        var row = onlyStatic ? null : Row();
        var stamp = context.Stamp(random, _schema.DefaultTimeToLive);
        statement.Add($"UPDATE {_schema.Name} ");
        context.Using(stamp, random);
        statement.Add(" SET ");

        // As in an INSERT: each column's place in the writing is that of its definition.
        var effects = new List<(ModelColumn Column, Action Apply)>();
        statement.AddList(", ", values.Select(c => (Action)(() => effects.Add((c, Assign(partition, c.Role == Role.Static ? null : row, c, stamp, context))))));
        effects.OrderBy(e => OrderOfWriting(e.Column)).ToList().ForEach(e => e.Apply());
        statement.Add(" WHERE ");
        AddKey(statement, partition, row);
    }

    private Action Assign(ModelPartition partition, byte[][]? row, ModelColumn column, WriteStamp stamp, WriteContext context)
    {
        var (statement, name) = (context.Statement, column.Name);
        var choice = column.IsMultiCell ? random.Next(5) : 0;
        if (choice == 0)
        {
            var whole = ValueOrNot(column.Shape);
            statement.Add($"{name} = ").Add(column.Shape, whole);
            return () => SetWhole(partition, row, column, whole, stamp, context);
        }

        if (choice == 1)
        {
            var added = Value(column.Shape);
            var prepend = column.Shape == Shape.IntList && random.Next(2) == 0;
            statement.Add(prepend ? $"{name} = " : random.Next(2) == 0 ? $"{name} += " : $"{name} = {name} + ").Add(column.Shape, added).Add(prepend ? $" + {name}" : "");
            return () => AddElements(partition, row, column, added, prepend, stamp, context);
        }

        return column.Shape == Shape.IntList ? AssignToList(partition, row, column, stamp, context) : AssignKeys(partition, row, column, stamp, context);
    }

    private Action AssignKeys(ModelPartition partition, byte[][]? row, ModelColumn column, WriteStamp stamp, WriteContext context)
    {
        var statement = context.Statement;
        if (column.Shape == Shape.TextMap && random.Next(2) == 0)
        {
            var (key, value) = (Value(Shape.Text), random.Next(3) == 0 ? null : Value(Shape.Int));
            statement.Add($"{column.Name}[").Add(Shape.Text, key).Add("] = ").Add(Shape.Int, value);
            return () => context.Add(partition, new CellWrite(row, column.Name, key, value is null ? stamp.Tombstone() : stamp.Live(value)));
        }

        var keys = column.Shape == Shape.IntSet ? ModelValues.Parts(Numbers(true)) : [Value(Shape.Text)];
        statement.Add($"{column.Name} = {column.Name} - ");
        if (column.Shape == Shape.IntSet)
        {
            statement.Add(Shape.IntSet, ModelValues.Collection(keys.Count, keys));
        }
        else
        {
            statement.Add("{").Add(Shape.Text, keys[0]).Add("}");
        }

        return () => keys.ForEach(k => context.Add(partition, new CellWrite(row, column.Name, k, stamp.Tombstone())));
    }

    private Action AssignToList(ModelPartition partition, byte[][]? row, ModelColumn column, WriteStamp stamp, WriteContext context)
    {
        var elements = ElementsOf(partition, row, column, context.Now);
        if (elements.Count > 0 && random.Next(2) == 0)
        {
            var (index, value) = (random.Next(elements.Count), random.Next(3) == 0 ? null : Value(Shape.Int));
            context.Statement.Add($"{column.Name}[").AddInt(index).Add("] = ").Add(Shape.Int, value);
            return () => context.Add(partition, new CellWrite(row, column.Name, elements[index].Key, value is null ? stamp.Tombstone() : stamp.Live(value)));
        }

        var removed = Numbers(false);
        context.Statement.Add($"{column.Name} = {column.Name} - ").Add(Shape.IntList, removed);
        var gone = elements.Where(e => ModelValues.Parts(removed).Exists(r => r.AsSpan().SequenceEqual(e.Cell.Value))).ToList();
        return () => gone.ForEach(e => context.Add(partition, new CellWrite(row, column.Name, e.Key, stamp.Tombstone())));
    }

    private static List<(byte[] Key, ModelCell Cell)> ElementsOf(ModelPartition partition, byte[][]? row, ModelColumn column, long now)
    {
        var seen = row is null ? partition.Static(now) : partition.Row(row, now);
        return seen.Columns.TryGetValue(column.Name, out var found) ? found.Elements! : [];
    }

    private void DeleteColumns(List<ModelColumn> values, WriteContext context)
    {
        var statement = context.Statement;
        var onlyStatic = values.TrueForAll(c => c.Role == Role.Static) && _schema.Clustering.Count > 0;
        var partition = Partition();
        var row = onlyStatic ? null : Row();
        var stamp = context.DeletionStamp();
        statement.Add("DELETE ").AddList(", ", values.Select(c => (Action)(() => DeleteColumn(partition, c.Role == Role.Static ? null : row, c, stamp, context))));
        statement.Add($" FROM {_schema.Name} ");
        context.Using(stamp, random);
        statement.Add(" WHERE ");
        AddKey(statement, partition, row);
    }

    private void DeleteColumn(ModelPartition partition, byte[][]? row, ModelColumn column, WriteStamp stamp, WriteContext context)
    {
        context.Statement.Add(column.Name);
        if (!column.IsMultiCell)
        {
            context.Add(partition, new CellWrite(row, column.Name, null, stamp.Tombstone()));
            return;
        }

        var elements = column.Shape == Shape.IntList ? ElementsOf(partition, row, column, context.Now) : [];
        if (random.Next(2) == 0 || (column.Shape == Shape.IntList && elements.Count == 0))
        {
            context.Add(partition, new CollectionDeletion(row, column.Name, stamp.Timestamp));
            return;
        }

        var index = column.Shape == Shape.IntList ? random.Next(elements.Count) : -1;
        var keyShape = column.Shape == Shape.TextMap ? Shape.Text : Shape.Int;
        var key = index >= 0 ? ModelValues.Int(index) : Value(keyShape);
        context.Statement.Add("[").Add(keyShape, key).Add("]");
        context.Add(partition, new CellWrite(row, column.Name, index >= 0 ? elements[index].Key : key, stamp.Tombstone()));
    }

    private void DeleteRows(WriteContext context)
    {
        var statement = context.Statement;
        var partition = Partition();
        var stamp = context.DeletionStamp();
        statement.Add($"DELETE FROM {_schema.Name} ");
        context.Using(stamp, random);
        statement.Add(" WHERE ");
        var where = new WhereMaker(_schema, random, KeyValue);
        where.AddPartition(statement, partition.Key);
        var covers = where.AddClustering(statement);
        context.Add(partition, covers is null ? new PartitionDeletion(stamp.Timestamp) : new RowsDeletion(covers, stamp.Timestamp));
    }

    private void AddKey(StatementText statement, ModelPartition partition, byte[][]? row)
    {
        statement.AddList(" AND ", _schema.Partition.Zip(partition.Key).Concat(row is null ? [] : _schema.Clustering.Zip(row))
            .Select(k => (Action)(() => statement.Add($"{k.First.Name} = ").Add(k.First.Shape, k.Second))));
    }

    /// <summary>Often the one before again: what two statements do to one row is what is of interest.</summary>
    private ModelPartition Partition() =>
        table.Partition(_lastPartition = _lastPartition is { } last && random.Next(3) > 0 ? last : PartitionKey());

    private byte[][] Row() => _lastRow = _lastRow is { } last && random.Next(3) > 0 ? last : [.. _schema.Clustering.Select(c => KeyValue(c.Shape))];

    private byte[]? ValueOrNot(Shape shape) => random.Next(8) switch { 0 => null, 1 => StatementText.Unset, _ => Value(shape) };

    private byte[] Numbers(bool distinct)
    {
        var numbers = Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(-2, 3));
        var list = (distinct ? numbers.Distinct().Order() : numbers).ToList();
        return ModelValues.Collection(list.Count, list.Select(ModelValues.Int));
    }

    private byte[] Map()
    {
        var keys = Texts.Where(_ => random.Next(3) == 0).Select(System.Text.Encoding.UTF8.GetBytes).ToList();
        return ModelValues.Collection(keys.Count, keys.SelectMany(k => (byte[][])[k, ModelValues.Int(random.Next(5))]));
    }
}
