using System.Collections.Immutable;
using Coterie.Cql.Plans;
using Coterie.Cql.Syntax;
using Coterie.Model.Schema;
using Coterie.Model.Types;

namespace Coterie.Cql.Binding;

/// <summary>
/// Sorts the restrictions of a WHERE by the column that they are on, and refuses those that contradict or repeat each other. What the
/// statement makes of them (a key, a range, a filter that it cannot have) is decided from the properties.
/// </summary>
internal sealed class WhereBinder
{
    private readonly TableSchema _table;
    private readonly TermBinder _terms;
    private readonly KeyPart?[] _partitionParts;
    private readonly KeyPart?[] _clusteringParts;
    private readonly ClusteringBound?[] _lower;
    private readonly ClusteringBound?[] _upper;
    private TokenBound? _lowerToken;
    private TokenBound? _upperToken;

    public WhereBinder(TableSchema table, TermBinder terms, ImmutableArray<Relation> relations)
    {
        _table = table;
        _terms = terms;
        _partitionParts = new KeyPart?[table.PartitionKey.Length];
        _clusteringParts = new KeyPart?[table.Clustering.Length];
        _lower = new ClusteringBound?[table.Clustering.Length];
        _upper = new ClusteringBound?[table.Clustering.Length];
        foreach (var relation in relations)
        {
            Add(relation);
        }

        Rows = BuildRows();
    }

    /// <summary>Columns outside the primary key that are restricted.</summary>
    public List<string> OtherColumns { get; } = [];

    public bool HasTokens => _lowerToken is not null || _upperToken is not null;

    public TokenFilter Tokens => new(_lowerToken, _upperToken);

    public bool HasAllPartitionParts => Array.TrueForAll(_partitionParts, p => p is not null);

    public bool HasAnyPartitionPart => Array.Exists(_partitionParts, p => p is not null);

    public IEnumerable<string> MissingPartitionParts => _table.PartitionKey.Where(c => _partitionParts[c.Position] is null).Select(c => c.Name);

    public IEnumerable<string> RestrictedPartitionParts => _table.PartitionKey.Where(c => _partitionParts[c.Position] is not null).Select(c => c.Name);

    public PartitionKeys Partitions => new([.. _partitionParts!]);

    public ClusteringFilter Rows { get; }

    public bool HasClustering => _clusteringParts.Length > 0 && !Rows.IsEmpty;

    public IEnumerable<string> MissingClustering => _table.Clustering.Where(c => _clusteringParts[c.Position] is null).Select(c => c.Name);

    public string? FirstClustering =>
        _table.Clustering.FirstOrDefault(c => _clusteringParts[c.Position] is not null || _lower[c.Position] is not null || _upper[c.Position] is not null)?.Name;

    /// <summary>Whether a column of the clustering key has exactly one value.</summary>
    public bool IsFixed(int position) => _clusteringParts[position] is { IsSingle: true };

    private void Add(Relation relation)
    {
        switch (relation.Target)
        {
            case RelationTarget.Token:
                AddToken(relation);
                break;
            case RelationTarget.Tuple:
                AddTuple(relation);
                break;
            default:
                AddColumn(Column(relation.Columns[0]), relation);
                break;
        }
    }

    private ColumnSchema Column(string name) => _table.Column(name)
        ?? throw new CqlInvalidException($"Undefined column name {name} in table {_table.Keyspace}.{_table.Name}");

    private void AddColumn(ColumnSchema column, Relation relation)
    {
        switch (column.Kind)
        {
            case ColumnKind.PartitionKey when relation.Operator is ComparisonOperator.Equal or ComparisonOperator.In:
                AddPart(_partitionParts, column, Part(column, relation));
                break;
            case ColumnKind.PartitionKey:
                throw new CqlInvalidException(
                    $"Only EQ and IN relation are supported on the partition key (unless you use the token() function): {column.Name}");
            case ColumnKind.Clustering when relation.Operator is ComparisonOperator.Equal or ComparisonOperator.In:
                AddPart(_clusteringParts, column, Part(column, relation));
                break;
            case ColumnKind.Clustering:
                AddBound(column, relation.Operator, [_terms.Bind(relation.Values[0], column.Type, column.Name)]);
                break;
            default:
                _ = Part(column, relation);
                OtherColumns.Add(column.Name);
                break;
        }
    }

    private KeyPart Part(ColumnSchema column, Relation relation)
    {
        if (relation.Operator != ComparisonOperator.In)
        {
            return KeyPart.Equal(column, _terms.Bind(relation.Values[0], column.Type, column.Name));
        }

        return relation.InList
            ? KeyPart.In(column, [.. relation.Values.Select(v => _terms.Bind(v, column.Type, column.Name))])
            : KeyPart.InList(column, _terms.Bind(relation.Values[0], new ListType(TypeBinder.Frozen(column.Type), frozen: true), $"in({column.Name})"));
    }

    private static void AddPart(KeyPart?[] parts, ColumnSchema column, KeyPart part)
    {
        if (parts[column.Position] is not null)
        {
            throw new CqlInvalidException($"{column.Name} cannot be restricted by more than one relation if it includes an Equal or an IN");
        }

        parts[column.Position] = part;
    }

    private void AddBound(ColumnSchema first, ComparisonOperator comparison, ImmutableArray<BoundTerm> values)
    {
        var isLower = comparison is ComparisonOperator.Greater or ComparisonOperator.GreaterOrEqual;
        var inclusive = comparison is ComparisonOperator.GreaterOrEqual or ComparisonOperator.LessOrEqual;
        var bounds = isLower ? _lower : _upper;
        if (bounds[first.Position] is not null)
        {
            throw new CqlInvalidException($"More than one restriction was found for the {(isLower ? "start" : "end")} bound on {first.Name}");
        }

        bounds[first.Position] = new ClusteringBound(values, inclusive);
    }

    private void AddTuple(Relation relation)
    {
        var columns = relation.Columns.Select(Column).ToImmutableArray();
        var shown = $"({string.Join(", ", relation.Columns)})";
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i].Kind != ColumnKind.Clustering)
            {
                throw new CqlInvalidException($"Multi-column relations can only be applied to clustering columns but was applied to: {columns[i].Name}");
            }

            if (columns[i].Position != columns[0].Position + i)
            {
                throw new CqlInvalidException($"Clustering columns must appear in the PRIMARY KEY order in multi-column relations: {shown}");
            }
        }

        if (relation.Operator == ComparisonOperator.In)
        {
            throw new CqlInvalidException($"IN is not supported on a tuple of columns: {shown}");
        }

        var terms = relation.Values[0] switch
        {
            TupleTerm tuple when tuple.Items.Length == columns.Length => tuple.Items,
            TupleTerm tuple => throw new CqlInvalidException($"Expected {columns.Length} elements in value tuple for {shown}, but got {tuple.Items.Length}"),
            _ => throw new CqlInvalidException($"A bind marker or a function for a whole tuple is not supported: {shown}"),
        };
        var values = terms.Zip(columns, (term, column) => _terms.Bind(term, column.Type, column.Name)).ToImmutableArray();
        if (relation.Operator == ComparisonOperator.Equal)
        {
            for (var i = 0; i < columns.Length; i++)
            {
                AddPart(_clusteringParts, columns[i], KeyPart.Equal(columns[i], values[i]));
            }

            return;
        }

        if (columns.Any(c => c.Descending != columns[0].Descending))
        {
            throw new CqlInvalidException($"A range over {shown} is not supported: their clustering orders differ");
        }

        AddBound(columns[0], relation.Operator, values);
    }

    private void AddToken(Relation relation)
    {
        if (!relation.Columns.SequenceEqual(_table.PartitionKey.Select(c => c.Name)))
        {
            throw new CqlInvalidException(
                "The token function arguments must be in the partition key order: " + string.Join(", ", _table.PartitionKey.Select(c => c.Name)));
        }

        var value = relation.Values[0] is FunctionTerm { Name: "token" } function
            ? new TokenFunction(TokenArguments(function))
            : _terms.Bind(relation.Values[0], NativeType.BigInt, "partition key token");
        var inclusive = relation.Operator is ComparisonOperator.Equal or ComparisonOperator.GreaterOrEqual or ComparisonOperator.LessOrEqual;
        if (relation.Operator is ComparisonOperator.Equal or ComparisonOperator.Greater or ComparisonOperator.GreaterOrEqual)
        {
            _lowerToken = _lowerToken is null ? new TokenBound(value, inclusive) : throw MoreThanOneToken("start");
        }

        if (relation.Operator is ComparisonOperator.Equal or ComparisonOperator.Less or ComparisonOperator.LessOrEqual)
        {
            _upperToken = _upperToken is null ? new TokenBound(value, inclusive) : throw MoreThanOneToken("end");
        }
    }

    private PartitionKeys TokenArguments(FunctionTerm function)
    {
        var columns = _table.PartitionKey;
        return function.Arguments.Length == columns.Length
            ? new PartitionKeys([.. columns.Zip(function.Arguments, (c, a) => KeyPart.Equal(c, _terms.Bind(a, c.Type, c.Name)))])
            : throw new CqlInvalidException(
                $"Invalid number of arguments in call to function token: {columns.Length} required but {function.Arguments.Length} provided");
    }

    private static CqlInvalidException MoreThanOneToken(string which) => new($"More than one restriction was found for the {which} bound on token()");

    /// <summary>A prefix of values, at most one range after it, nothing after that.</summary>
    private ClusteringFilter BuildRows()
    {
        var prefix = ImmutableArray.CreateBuilder<KeyPart>();
        var columns = _table.Clustering;
        while (prefix.Count < columns.Length && _clusteringParts[prefix.Count] is { } part)
        {
            prefix.Add(part);
        }

        var ranged = prefix.Count < columns.Length && (_lower[prefix.Count] ?? _upper[prefix.Count]) is not null;
        foreach (var column in columns)
        {
            var bounded = _lower[column.Position] is not null || _upper[column.Position] is not null;
            if (column.Position < prefix.Count && bounded)
            {
                throw new CqlInvalidException($"{column.Name} cannot be restricted by more than one relation if it includes an Equal or an IN");
            }

            var isRange = ranged && column.Position == prefix.Count;
            if (column.Position >= prefix.Count && (_clusteringParts[column.Position] is not null || (bounded && !isRange)))
            {
                throw new CqlInvalidException(ranged
                    ? $"Clustering column \"{column.Name}\" cannot be restricted (preceding column \"{columns[prefix.Count].Name}\" is restricted by a non-EQ relation)"
                    : $"PRIMARY KEY column \"{column.Name}\" cannot be restricted as preceding column \"{columns[prefix.Count].Name}\" is not restricted");
            }
        }

        var at = prefix.Count;
        return new ClusteringFilter(columns, prefix.DrainToImmutable(), ranged ? _lower[at] : null, ranged ? _upper[at] : null);
    }
}
