namespace Coterie.Server.Tests.Semantics;

/// <param name="Expected">The rows, each value as hexadecimal bytes or "null".</param>
internal sealed record MadeSelect(StatementText Statement, List<string> Expected, int PageSize);

/// <summary>Makes SELECTs of every form, and works out from the model what they must return.</summary>
internal sealed class SelectMaker(ModelTable table, WriteMaker writes, Random random)
{
    private readonly ModelSchema _schema = table.Schema;
    private Func<byte[][], bool>? _covers;
    private bool _reversed;

    public MadeSelect Make(long now)
    {
        var statement = new StatementText(random);
        _covers = null;
        _reversed = false;
        var form = random.Next(12);
        var isAggregate = form is 0 or 1;
        var isDistinct = !isAggregate && form == 2;
        var columns = isAggregate ? Counts(statement) : Selection(statement, isDistinct);
        statement.Add($" FROM {_schema.Name}");
        var partitions = Where(statement, isDistinct);
        var rows = partitions.SelectMany(p => RowsOf(p, isDistinct, now)).ToList();
        if (random.Next(3) == 0)
        {
            var limit = random.Next(1, 12);
            statement.Add(" LIMIT ").AddInt(limit);
            rows = isAggregate ? rows : rows[..Math.Min(limit, rows.Count)];
        }

        List<string> expected = isAggregate
            ? [string.Join(", ", columns.Select(c => Show(BigInt(rows.Count(r => c(r) is not null)))))]
            : [.. rows.Select(r => string.Join(", ", columns.Select(c => Show(c(r)))))];
        return new MadeSelect(statement, expected, random.Next(3) == 0 ? 0 : random.Next(1, 6));
    }

    public static string Show(byte[]? value) => value is null ? "null" : Convert.ToHexString(value);

    private sealed record ResultRow(ModelPartition Partition, SeenRow Static, SeenRow? Row, long Now);

    private List<Func<ResultRow, byte[]?>> Counts(StatementText statement)
    {
        var counted = _schema.Columns.Where(c => c.Role != Role.Clustering && random.Next(4) == 0).ToList();
        statement.Add("SELECT ").AddList(", ", counted.Select(c => (Action)(() => statement.Add($"count({c.Name})"))).Append(() => statement.Add("count(*)")));
        return [.. counted.Select(ValueOf), _ => []];
    }

    private List<Func<ResultRow, byte[]?>> Selection(StatementText statement, bool isDistinct)
    {
        var columns = isDistinct
            ? [.. _schema.Partition, .. _schema.Statics.Where(_ => random.Next(2) == 0)]
            : _schema.Columns.Where(_ => random.Next(2) == 0).DefaultIfEmpty(_schema.Columns[^1]).ToArray();
        random.Shuffle(columns);
        var selected = new List<Func<ResultRow, byte[]?>>();
        statement.Add(isDistinct ? "SELECT DISTINCT " : "SELECT ").AddList(", ", columns.Select(c => (Action)(() => selected.Add(Select(statement, c, isDistinct)))));
        return selected;
    }

    private Func<ResultRow, byte[]?> Select(StatementText statement, ModelColumn column, bool isDistinct)
    {
        var choice = isDistinct || column.IsKey || column.IsMultiCell ? 0 : random.Next(4);
        statement.Add(choice switch { 1 => $"writetime({column.Name})", 2 => $"ttl({column.Name})", _ => column.Name });
        return choice switch
        {
            1 => row => Seen(row, column)?.Cell is { } cell ? BigInt(cell.Timestamp) : null,
            2 => row => Seen(row, column)?.Cell is { Kind: ModelKind.Expiring } cell ? ModelValues.Int((int)(cell.ExpiresAt - row.Now)) : null,
            _ => ValueOf(column),
        };
    }

    private Func<ResultRow, byte[]?> ValueOf(ModelColumn column)
    {
        var position = column.Role == Role.Partition ? _schema.Partition.ToList().IndexOf(column) : _schema.Clustering.ToList().IndexOf(column);
        return column.Role switch
        {
            Role.Partition => row => row.Partition.Key[position],
            Role.Clustering => row => row.Row?.Key![position],
            _ => row => Seen(row, column)?.Value,
        };
    }

    private static SeenColumn? Seen(ResultRow row, ModelColumn column) =>
        (column.Role == Role.Static ? row.Static : row.Row)?.Columns.GetValueOrDefault(column.Name);

    private IEnumerable<ModelPartition> Where(StatementText statement, bool isDistinct)
    {
        switch (random.Next(isDistinct ? 4 : 8))
        {
            case 0:
                return ByToken();
            case 1:
                return InTokens(statement);
            case 2:
                return In(statement, isDistinct);
            default:
                var partition = Known();
                statement.Add(" WHERE ");
                var where = new WhereMaker(_schema, random, writes.KeyValue);
                where.AddPartition(statement, partition.Key);
                _covers = isDistinct ? null : where.AddClustering(statement);
                OrderBy(statement, where, isDistinct);
                return [partition];
        }
    }

    private void OrderBy(StatementText statement, WhereMaker where, bool isDistinct)
    {
        if (isDistinct || random.Next(2) == 0 || _schema.Clustering.Count == 0)
        {
            return;
        }

        _reversed = random.Next(3) > 0;
        var first = random.Next(Math.Min(where.Fixed, _schema.Clustering.Count - 1) + 1);
        var columns = _schema.Clustering.Skip(first).Take(random.Next(1, _schema.Clustering.Count - first + 1));
        statement.Add(" ORDER BY " + string.Join(", ", columns.Select(c => $"{c.Name} {(c.Descending != _reversed ? "DESC" : "ASC")}")));
    }

    private ModelPartition Known() => table.All.Any() && random.Next(8) > 0 ? table.All.ElementAt(random.Next(table.All.Count())) : table.Partition(writes.PartitionKey());

    private IEnumerable<ModelPartition> ByToken() =>
        table.All.OrderBy(p => p.Token).ThenBy(p => p, Comparer<ModelPartition>.Create((l, r) => l.KeyBytes.AsSpan().SequenceCompareTo(r.KeyBytes)));

    private List<ModelPartition> InTokens(StatementText statement)
    {
        var (lower, upper) = (AnyToken(), AnyToken());
        var (withLower, withUpper) = (random.Next(4) > 0, random.Next(4) > 0);
        var (lowerInclusive, upperInclusive) = (random.Next(2) == 0, random.Next(2) == 0);
        var token = $"token({string.Join(", ", _schema.Partition.Select(c => c.Name))})";
        if (withLower || withUpper)
        {
            statement.Add(" WHERE ");
        }

        if (withLower)
        {
            statement.Add($"{token} {(lowerInclusive ? ">=" : ">")} ").AddLong(lower).Add(withUpper ? " AND " : "");
        }

        if (withUpper)
        {
            statement.Add($"{token} {(upperInclusive ? "<=" : "<")} ").AddLong(upper);
        }

        // The least token, as an upper bound, is the end of the ring: so drivers write the last of its ranges.
        return [.. ByToken().Where(p => (!withLower || (lowerInclusive ? p.Token >= lower : p.Token > lower))
            && (!withUpper || upper == long.MinValue || (upperInclusive ? p.Token <= upper : p.Token < upper)))];
    }

    private long AnyToken() => random.Next(6) switch
    {
        0 => long.MinValue,
        1 => long.MaxValue,
        2 => random.NextInt64(long.MinValue, long.MaxValue),
        _ => Known().Token + random.Next(-1, 2),
    };

    private List<ModelPartition> In(StatementText statement, bool isDistinct)
    {
        statement.Add(" WHERE ");
        List<byte[][]> keys = [[]];
        statement.AddList(" AND ", _schema.Partition.Select(column => (Action)(() =>
        {
            var values = Enumerable.Range(0, random.Next(1, 4)).Select(_ => writes.PartitionKey()[_schema.Partition.ToList().IndexOf(column)]).ToList();
            statement.Add($"{column.Name} IN (").AddList(", ", values.Select(v => (Action)(() => statement.Add(column.Shape, v)))).Add(")");
            var distinct = values.DistinctBy(Convert.ToHexString).Order(Comparer<byte[]>.Create((l, r) => ModelValues.Compare(column.Shape, l, r)));
            keys = [.. keys.SelectMany(k => distinct.Select(v => (byte[][])[.. k, v]))];
        })));
        _covers = isDistinct ? null : new WhereMaker(_schema, random, writes.KeyValue).AddClustering(statement);
        return [.. keys.Select(table.Partition)];
    }

    private List<ResultRow> RowsOf(ModelPartition partition, bool isDistinct, long now)
    {
        var (all, fixedRow) = (partition.Rows(now), partition.Static(now));
        var rows = all.Where(r => _covers is null || _covers(r.Key!)).ToList();
        if (_reversed)
        {
            rows.Reverse();
        }

        if (isDistinct)
        {
            return all.Count > 0 || fixedRow.IsLive ? [new ResultRow(partition, fixedRow, null, now)] : [];
        }

        return rows.Count == 0 && _covers is null && fixedRow.IsLive
            ? [new ResultRow(partition, fixedRow, null, now)]
            : [.. rows.Select(r => new ResultRow(partition, fixedRow, r, now))];
    }

    private static byte[] BigInt(long value)
    {
        var bytes = new byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }
}
