using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Coterie.Server.Tests.Semantics;

internal enum Shape
{
    Int,
    Text,
    FrozenSet,
    IntList,
    IntSet,
    TextMap,
}

internal enum Role
{
    Partition,
    Clustering,
    Static,
    Regular,
}

/// <summary>One column of a generated table.</summary>
internal sealed record ModelColumn(string Name, Role Role, Shape Shape, bool Descending)
{
    public bool IsMultiCell => Shape is Shape.IntList or Shape.IntSet or Shape.TextMap;

    public bool IsKey => Role is Role.Partition or Role.Clustering;

    public string Type => Shape switch
    {
        Shape.Int => "int",
        Shape.Text => "text",
        Shape.FrozenSet => "frozen<set<int>>",
        Shape.IntList => "list<int>",
        Shape.IntSet => "set<int>",
        _ => "map<text, int>",
    };
}

/// <summary>A generated table: one or two partition key columns, up to three clustering columns, static and regular ones of every shape.</summary>
internal sealed record ModelSchema(string Name, IReadOnlyList<ModelColumn> Columns, int DefaultTimeToLive)
{
    public IReadOnlyList<ModelColumn> Partition { get; } = [.. Columns.Where(c => c.Role == Role.Partition)];

    public IReadOnlyList<ModelColumn> Clustering { get; } = [.. Columns.Where(c => c.Role == Role.Clustering)];

    public IReadOnlyList<ModelColumn> Statics { get; } = [.. Columns.Where(c => c.Role == Role.Static)];

    public IReadOnlyList<ModelColumn> Regulars { get; } = [.. Columns.Where(c => c.Role == Role.Regular)];

    public IReadOnlyList<ModelColumn> Values { get; } = [.. Columns.Where(c => !c.IsKey)];

    public string CreateTable
    {
        get
        {
            var columns = string.Join(", ", Columns.Select(c => $"{c.Name} {c.Type}{(c.Role == Role.Static ? " static" : "")}"));
            var key = $"({string.Join(", ", Partition.Select(c => c.Name))}){string.Concat(Clustering.Select(c => $", {c.Name}"))}";
            var order = string.Join(", ", Clustering.Select(c => $"{c.Name} {(c.Descending ? "DESC" : "ASC")}"));
            return $"CREATE TABLE {Name} ({columns}, PRIMARY KEY ({key})) WITH default_time_to_live = {DefaultTimeToLive}"
                + (order.Length > 0 ? $" AND CLUSTERING ORDER BY ({order})" : "");
        }
    }

    public static ModelSchema Generate(string name, Random random)
    {
        var columns = new List<ModelColumn>();
        for (var i = 0; i < random.Next(1, 3); i++)
        {
            columns.Add(new ModelColumn($"p{i}", Role.Partition, KeyShape(random), false));
        }

        var clustering = random.Next(4);
        for (var i = 0; i < clustering; i++)
        {
            columns.Add(new ModelColumn($"c{i}", Role.Clustering, KeyShape(random), random.Next(2) == 0));
        }

        foreach (var shape in Enum.GetValues<Shape>())
        {
            if (random.Next(10) < 7)
            {
                columns.Add(new ModelColumn($"v{(int)shape}", Role.Regular, shape, false));
            }

            if (clustering > 0 && random.Next(10) < 3)
            {
                columns.Add(new ModelColumn($"s{(int)shape}", Role.Static, shape, false));
            }
        }

        return new ModelSchema(name, columns, random.Next(4) == 0 ? 7 : 0);
    }

    private static Shape KeyShape(Random random) => random.Next(10) switch { < 6 => Shape.Int, < 9 => Shape.Text, _ => Shape.FrozenSet };
}

/// <summary>Values as the wire has them, written and compared here without the code under test.</summary>
internal static class ModelValues
{
    public static byte[] Int(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Collection(int count, IEnumerable<byte[]> parts) => [.. Int(count), .. parts.SelectMany(p => (byte[])[.. Int(p.Length), .. p])];

    public static List<byte[]> Parts(byte[] collection)
    {
        var parts = new List<byte[]>();
        for (var at = 4; at < collection.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(collection.AsSpan(at));
            parts.Add(collection.AsSpan(at + 4, length).ToArray());
            at += 4 + length;
        }

        return parts;
    }

    public static int Compare(Shape shape, byte[] left, byte[] right)
    {
        if (shape == Shape.Int)
        {
            return BinaryPrimitives.ReadInt32BigEndian(left).CompareTo(BinaryPrimitives.ReadInt32BigEndian(right));
        }

        if (shape == Shape.Text)
        {
            return left.AsSpan().SequenceCompareTo(right);
        }

        var (ours, theirs) = (Parts(left), Parts(right));
        for (var i = 0; i < Math.Min(ours.Count, theirs.Count); i++)
        {
            if (Compare(Shape.Int, ours[i], theirs[i]) is var order and not 0)
            {
                return order;
            }
        }

        return ours.Count.CompareTo(theirs.Count);
    }

    public static string Literal(Shape shape, byte[] value) => shape switch
    {
        Shape.Int => BinaryPrimitives.ReadInt32BigEndian(value).ToString(CultureInfo.InvariantCulture),
        Shape.Text => $"'{Encoding.UTF8.GetString(value).Replace("'", "''", StringComparison.Ordinal)}'",
        Shape.IntList => $"[{string.Join(", ", Parts(value).Select(p => Literal(Shape.Int, p)))}]",
        Shape.TextMap => $"{{{string.Join(", ", Parts(value).Chunk(2).Select(p => $"{Literal(Shape.Text, p[0])}: {Literal(Shape.Int, p[1])}"))}}}",
        _ => $"{{{string.Join(", ", Parts(value).Select(p => Literal(Shape.Int, p)))}}}",
    };
}
