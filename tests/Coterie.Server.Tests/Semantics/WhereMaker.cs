namespace Coterie.Server.Tests.Semantics;

/// <summary>Makes restrictions on clustering columns, and says which rows they cover.</summary>
internal sealed class WhereMaker(ModelSchema schema, Random random, Func<Shape, byte[]> value)
{
    /// <summary>Whether the last restriction that was made is one value for this many columns and nothing after them.</summary>
    public int Fixed { get; private set; }

    public void AddPartition(StatementText statement, byte[][] key) =>
        statement.AddList(" AND ", schema.Partition.Zip(key).Select(k => (Action)(() => statement.Add($"{k.First.Name} = ").Add(k.First.Shape, k.Second))));

    /// <summary>Null: nothing is restricted.</summary>
    public Func<byte[][], bool>? AddClustering(StatementText statement)
    {
        var covers = new List<Func<byte[][], bool>>();
        var columns = schema.Clustering;
        var prefix = random.Next(columns.Count + 1);
        Fixed = 0;
        for (var i = 0; i < prefix; i++)
        {
            covers.Add(random.Next(4) == 0 ? AddIn(statement, i) : AddEqual(statement, i));
        }

        if (prefix < columns.Count && random.Next(2) == 0)
        {
            AddRange(statement, prefix, covers);
        }

        return covers.Count == 0 ? null : row => covers.TrueForAll(c => c(row));
    }

    private Func<byte[][], bool> AddEqual(StatementText statement, int index)
    {
        var (column, wanted) = (schema.Clustering[index], value(schema.Clustering[index].Shape));
        Fixed += Fixed == index ? 1 : 0;
        statement.Add($" AND {column.Name} = ").Add(column.Shape, wanted);
        return row => ModelValues.Compare(column.Shape, row[index], wanted) == 0;
    }

    private Func<byte[][], bool> AddIn(StatementText statement, int index)
    {
        var column = schema.Clustering[index];
        var wanted = Enumerable.Range(0, random.Next(4)).Select(_ => value(column.Shape)).ToList();
        statement.Add($" AND {column.Name} IN ");
        if (random.Next(3) == 0)
        {
            statement.Add("?").Values.Add(ModelValues.Collection(wanted.Count, wanted));
        }
        else
        {
            statement.Add("(").AddList(", ", wanted.Select(w => (Action)(() => statement.Add(column.Shape, w)))).Add(")");
        }

        return row => wanted.Exists(w => ModelValues.Compare(column.Shape, row[index], w) == 0);
    }

    private void AddRange(StatementText statement, int first, List<Func<byte[][], bool>> covers)
    {
        var which = random.Next(3);
        if (which != 0)
        {
            covers.Add(AddBound(statement, first, random.Next(2) == 0 ? ">" : ">="));
        }

        if (which != 1)
        {
            covers.Add(AddBound(statement, first, random.Next(2) == 0 ? "<" : "<="));
        }
    }

    private Func<byte[][], bool> AddBound(StatementText statement, int first, string comparison)
    {
        var columns = schema.Clustering.Skip(first).TakeWhile(c => c.Descending == schema.Clustering[first].Descending).ToList();
        columns = columns[..random.Next(1, columns.Count + 1)];
        var bound = columns.Select(c => value(c.Shape)).ToArray();
        var isTuple = columns.Count > 1 || random.Next(3) == 0;
        statement.Add($" AND {(isTuple ? "(" : "")}{string.Join(", ", columns.Select(c => c.Name))}{(isTuple ? ")" : "")} {comparison} {(isTuple ? "(" : "")}")
            .AddList(", ", columns.Zip(bound).Select(b => (Action)(() => statement.Add(b.First.Shape, b.Second)))).Add(isTuple ? ")" : "");
        return row =>
        {
            var order = 0;
            for (var i = 0; i < bound.Length && order == 0; i++)
            {
                order = ModelValues.Compare(columns[i].Shape, row[first + i], bound[i]);
            }

            return comparison switch { ">" => order > 0, ">=" => order >= 0, "<" => order < 0, _ => order <= 0 };
        };
    }
}
