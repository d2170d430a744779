using Coterie.Model;

namespace Coterie.Cql.Syntax;

/// <summary>
/// From text to syntax tree: recursive descent, depth counted. Statements that are CQL but that Coterie does not have are recognised by
/// their first words and refused by name, so that a client is told what is missing rather than that its syntax is wrong.
/// </summary>
internal static class StatementParser
{
    /// <exception cref="CqlSyntaxException"/>
    /// <exception cref="CqlInvalidException"/>
    public static Statement Parse(string text)
    {
        if (text.Length > Limits.StatementBytesMax || System.Text.Encoding.UTF8.GetByteCount(text) > Limits.StatementBytesMax)
        {
            throw new CqlInvalidException($"The statement is longer than {Limits.StatementBytesMax} bytes");
        }

        var cursor = new Cursor(text);
        var statement = ParseStatement(cursor);
        while (cursor.TryTakeSymbol(";"))
        {
        }

        return cursor.Current.Kind == LexemeKind.End ? statement : throw cursor.Unexpected("end of statement expected");
    }

    private static Statement ParseStatement(Cursor cursor)
    {
        var terms = new TermParser(cursor);
        var relations = new RelationParser(cursor, terms);
        var schema = new SchemaParser(cursor, terms);
        if (cursor.Current.Kind != LexemeKind.Identifier)
        {
            throw cursor.Unexpected("statement expected");
        }

        switch (cursor.Current.Text)
        {
            case "select":
                return new SelectParser(cursor, terms, relations).Parse();
            case "insert" or "update" or "delete":
                return new ModificationParser(cursor, terms, relations).TryParse()!;
            case "begin":
                return new ModificationParser(cursor, terms, relations).ParseBatch();
            case "create":
                return schema.ParseCreate();
            case "drop":
                return schema.ParseDrop();
            case "truncate":
                return schema.ParseTruncate();
            case "use":
                return schema.ParseUse();
            case "alter":
                return schema.ParseAlter();
            case "grant" or "revoke" or "list" or "describe" or "desc" or "explain" or "add" or "commit":
                throw new CqlInvalidException($"{cursor.Current.Text.ToUpperInvariant()} is not supported");
            default:
                throw cursor.Unexpected("statement expected");
        }
    }
}
