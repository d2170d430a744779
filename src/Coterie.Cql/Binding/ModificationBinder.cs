using System.Collections.Immutable;
using Coterie.Cql.Plans;
using Coterie.Cql.Syntax;
using Coterie.Model.Schema;
using Coterie.Model.Types;

namespace Coterie.Cql.Binding;

/// <summary>INSERT, UPDATE and DELETE.</summary>
internal sealed class ModificationBinder
{
    private readonly TableSchema _table;
    private readonly MarkerList _markers;
    private readonly TermBinder _terms;
    private readonly Condition? _condition;

    private ModificationBinder(TableSchema table, ModificationStatement statement, Scope scope)
    {
        _table = table;
        _markers = new MarkerList(table.Keyspace, table.Name, statement.FirstMarker, statement.MarkerCount);
        _terms = new TermBinder(_markers, scope.Ids);
        _condition = statement.Condition;
    }

    public static ModificationPlan Bind(ModificationStatement statement, Scope scope)
    {
        var binder = new ModificationBinder(scope.WritableTable(statement.Table), statement, scope);
        KeyedPlan plan = statement switch
        {
            InsertStatement insert => binder.BindInsert(insert),
            UpdateStatement update => binder.BindUpdate(update),
            DeleteStatement { Selections.IsEmpty: true } delete => binder.BindRowDeletion(delete),
            DeleteStatement delete => binder.BindColumnDeletion(delete),
            _ => throw new CqlInvalidException("Not a statement that modifies data"),
        };
        return plan.IsConditional ? ConditionBinder.Checked(plan) : plan;
    }

    private RowWritePlan BindInsert(InsertStatement insert)
    {
        var partition = new KeyPart?[_table.PartitionKey.Length];
        var clustering = new KeyPart?[_table.Clustering.Length];
        var writes = new List<ColumnWrite>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in insert.Values)
        {
            var column = Column(name);
            if (!seen.Add(name))
            {
                throw new CqlInvalidException($"The column names contains duplicates: {name}");
            }

            if (column.Kind is ColumnKind.PartitionKey or ColumnKind.Clustering)
            {
                var parts = column.Kind == ColumnKind.PartitionKey ? partition : clustering;
                parts[column.Position] = KeyPart.Equal(column, _terms.Bind(value, column.Type, column.Name));
            }
            else
            {
                writes.Add(WriteWhole(column, value));
            }
        }

        RequireAll(partition, _table.PartitionKey, "Some partition key parts are missing");
        var onlyStatic = Array.TrueForAll(clustering, c => c is null) && clustering.Length > 0
            && writes.Count > 0 && writes.TrueForAll(w => w.Column.Kind == ColumnKind.Static);
        if (!onlyStatic)
        {
            RequireAll(clustering, _table.Clustering, "Some clustering keys are missing");
        }

        var rows = onlyStatic ? null : new ClusteringFilter(_table.Clustering, [.. clustering!], null, null);
        return Plan(new PartitionKeys([.. partition!]), rows, writes, writesMarker: !onlyStatic, insert.Using);
    }

    private static void RequireAll(KeyPart?[] parts, ImmutableArray<ColumnSchema> columns, string message)
    {
        var missing = columns.Where(c => parts[c.Position] is null).Select(c => c.Name).ToList();
        if (missing.Count > 0)
        {
            throw new CqlInvalidException($"{message}: {string.Join(", ", missing)}");
        }
    }

    private ColumnWrite WriteWhole(ColumnSchema column, Term value)
    {
        var bound = _terms.Bind(value, column.Type, column.Name);
        return column.Type.IsMultiCell ? new CollectionWrite(column, [new ReplaceCollection(bound)]) : new SimpleWrite(column, bound);
    }

    private RowWritePlan BindUpdate(UpdateStatement update)
    {
        // Markers are bound in the order of the text only by chance; each knows its own place.
        var writes = new List<ColumnWrite>();
        foreach (var group in update.Assignments.GroupBy(a => a.Column, StringComparer.Ordinal))
        {
            var column = Column(group.Key);
            if (column.Kind is ColumnKind.PartitionKey or ColumnKind.Clustering)
            {
                throw new CqlInvalidException($"PRIMARY KEY part {column.Name} found in SET part");
            }

            var assignments = group.ToList();
            if (assignments.Count > 1 && assignments.Exists(a => a.Kind != AssignmentKind.SetElement))
            {
                throw new CqlInvalidException($"Multiple incompatible setting of column {column.Name}");
            }

            writes.Add(assignments[0].Kind == AssignmentKind.Set
                ? WriteWhole(column, assignments[0].Value)
                : new CollectionWrite(column, [.. assignments.Select(a => Operation(column, a))]));
        }

        var where = Where(update.Where, "UPDATE");
        return Plan(where.Partitions, RowsOf(where, writes, "UPDATE"), writes, writesMarker: false, update.Using);
    }

    private CollectionOperation Operation(ColumnSchema column, Assignment assignment)
    {
        var shown = assignment.Kind switch
        {
            AssignmentKind.Append => $"{column.Name} = {column.Name} + ...",
            AssignmentKind.Prepend => $"{column.Name} = ... + {column.Name}",
            AssignmentKind.Remove => $"{column.Name} = {column.Name} - ...",
            _ => $"{column.Name}[...] = ...",
        };
        RequireMultiCell(column, shown);
        switch (assignment.Kind, column.Type)
        {
            case (AssignmentKind.Append, _):
                return new AddToCollection(_terms.Bind(assignment.Value, column.Type, column.Name), prepend: false);
            case (AssignmentKind.Prepend, ListType):
                return new AddToCollection(_terms.Bind(assignment.Value, column.Type, column.Name), prepend: true);
            case (AssignmentKind.Remove, ListType):
                return new RemoveValues(column, _terms.Bind(assignment.Value, column.Type, column.Name));
            case (AssignmentKind.Remove, SetType):
                return new RemoveKeys(_terms.Bind(assignment.Value, column.Type, column.Name));
            case (AssignmentKind.Remove, MapType map):
                return new RemoveKeys(_terms.Bind(assignment.Value, new SetType(map.Key, frozen: false), column.Name));
            case (AssignmentKind.SetElement, ListType list):
                return new PutAtIndex(column, BindIndex(column, assignment.Key!), _terms.Bind(assignment.Value, list.Element, $"value({column.Name})"));
            case (AssignmentKind.SetElement, MapType map):
                return new PutElement(
                    column.Name,
                    _terms.Bind(assignment.Key!, map.Key, $"key({column.Name})"),
                    _terms.Bind(assignment.Value, map.Value, $"value({column.Name})"));
            default:
                throw new CqlInvalidException($"Invalid operation ({shown}) for column {column.Name} of type {column.Type.CqlName}");
        }
    }

    private BoundTerm BindIndex(ColumnSchema column, Term index) => _terms.Bind(index, NativeType.Int, $"idx({column.Name})");

    private static void RequireMultiCell(ColumnSchema column, string operation)
    {
        if (!column.Type.IsMultiCell)
        {
            var what = column.Type is CollectionType ? "frozen collection" : "non collection";
            throw new CqlInvalidException($"Invalid operation ({operation}) for {what} column {column.Name} of type {column.Type.CqlName}");
        }
    }

    private RowWritePlan BindColumnDeletion(DeleteStatement delete)
    {
        var operations = new SortedDictionary<string, List<CollectionOperation>>(StringComparer.Ordinal);
        var writes = new List<ColumnWrite>();
        foreach (var selection in delete.Selections)
        {
            var column = Column(selection.Column);
            if (column.Kind is ColumnKind.PartitionKey or ColumnKind.Clustering)
            {
                throw new CqlInvalidException($"Invalid identifier {column.Name} for deletion (should not be a PRIMARY KEY part)");
            }

            if (selection.Key is null && !column.Type.IsMultiCell)
            {
                writes.RemoveAll(w => w.Column == column);
                writes.Add(new SimpleWrite(column, new ConstantTerm(column.Type, null)));
                continue;
            }

            if (!operations.TryGetValue(column.Name, out var ofColumn))
            {
                operations.Add(column.Name, ofColumn = []);
            }

            ofColumn.Add(selection.Key is null ? new ClearCollection() : ElementDeletion(column, selection.Key));
        }

        writes.AddRange(operations.Select(o => new CollectionWrite(Column(o.Key), Deleting(o.Value))));
        var where = Where(delete.Where, "DELETE");
        return Plan(where.Partitions, RowsOf(where, writes, "DELETE"), writes, writesMarker: false, delete.Using);
    }

    /// <summary>The deletion of the whole covers elements of the same timestamp, which must then not be written.</summary>
    private static ImmutableArray<CollectionOperation> Deleting(List<CollectionOperation> operations) =>
        operations.Find(o => o is ClearCollection) is { } all ? [all] : [.. operations];

    private CollectionOperation ElementDeletion(ColumnSchema column, Term key)
    {
        RequireMultiCell(column, $"DELETE {column.Name}[...]");
        return column.Type switch
        {
            ListType => new PutAtIndex(column, BindIndex(column, key), null),
            SetType set => new PutElement(column.Name, _terms.Bind(key, set.Element, $"value({column.Name})"), null),
            _ => new PutElement(column.Name, _terms.Bind(key, ((MapType)column.Type).Key, $"key({column.Name})"), null),
        };
    }

    private DeletionPlan BindRowDeletion(DeleteStatement delete)
    {
        var where = Where(delete.Where, "DELETE");
        return new DeletionPlan
        {
            Table = _table,
            Partitions = where.Partitions,
            Rows = where.Rows,
            Stamps = Stamps(delete.Using),
            Condition = ConditionBinder.Bind(_condition, _table, _terms),
            PartitionKeyMarkers = where.Partitions.Markers,
            Markers = _markers.ToImmutable(),
        };
    }

    private WhereBinder Where(ImmutableArray<Relation> relations, string statement)
    {
        var where = new WhereBinder(_table, _terms, relations);
        if (where.HasTokens)
        {
            throw new CqlInvalidException($"The token function cannot be used in WHERE clauses for {statement} statements");
        }

        if (where.OtherColumns.Count > 0)
        {
            throw new CqlInvalidException($"Non PRIMARY KEY columns found in where clause: {string.Join(", ", where.OtherColumns)}");
        }

        return where.HasAllPartitionParts
            ? where
            : throw new CqlInvalidException($"Some partition key parts are missing: {string.Join(", ", where.MissingPartitionParts)}");
    }

    /// <summary>Null if only static columns are written: then no row may be named, else every row must be, in full.</summary>
    private ClusteringFilter? RowsOf(WhereBinder where, List<ColumnWrite> writes, string statement)
    {
        if (!_table.Clustering.IsEmpty && writes.TrueForAll(w => w.Column.Kind == ColumnKind.Static))
        {
            return where.HasClustering
                ? throw new CqlInvalidException(
                    $"Invalid restrictions on clustering columns since the {statement} statement modifies only static columns ({where.FirstClustering})")
                : null;
        }

        if (where.Rows.HasRange)
        {
            throw new CqlInvalidException(statement == "UPDATE"
                ? $"Slice restrictions are not supported on the clustering columns in UPDATE statements ({where.FirstClustering})"
                : $"Range deletions are not supported for specific columns ({writes[0].Column.Name})");
        }

        return where.Rows.IsRows
            ? where.Rows
            : throw new CqlInvalidException($"Some clustering keys are missing: {string.Join(", ", where.MissingClustering)}");
    }

    private RowWritePlan Plan(PartitionKeys partitions, ClusteringFilter? rows, List<ColumnWrite> writes, bool writesMarker, UsingClause clause) => new RowWritePlan
    {
        Table = _table,
        Partitions = partitions,
        Rows = rows,
        StaticWrites = InOrder(writes, ColumnKind.Static),
        RegularWrites = InOrder(writes, ColumnKind.Regular),
        WritesMarker = writesMarker,
        Stamps = Stamps(clause),
        Condition = ConditionBinder.Bind(_condition, _table, _terms),
        PartitionKeyMarkers = partitions.Markers,
        Markers = _markers.ToImmutable(),
    }.Checked();

    private static ImmutableArray<ColumnWrite> InOrder(List<ColumnWrite> writes, ColumnKind kind) =>
        [.. writes.Where(w => w.Column.Kind == kind).OrderBy(w => w.Column.Id)];

    private StampTerms Stamps(UsingClause clause) => new(
        clause.Timestamp is null ? null : _terms.Bind(clause.Timestamp, NativeType.BigInt, "[timestamp]"),
        clause.TimeToLive is null ? null : _terms.Bind(clause.TimeToLive, NativeType.Int, "[ttl]"),
        _table.Options.DefaultTimeToLiveSeconds);

    private ColumnSchema Column(string name) => _table.Column(name)
        ?? throw new CqlInvalidException($"Undefined column name {name} in table {_table.Keyspace}.{_table.Name}");
}
