namespace Coterie.Server.Protocol;

/// <summary>A change of the schema, as the answer to the statement that made it and as the event to all who asked for it.</summary>
/// <param name="Change">CREATED, UPDATED or DROPPED.</param>
/// <param name="Table">Null if the change is to the keyspace itself.</param>
internal readonly record struct SchemaChangeMessage(string Change, string Keyspace, string? Table)
{
    /// <summary>RESULT Schema_change (native protocol v4 §4.2.5.5).</summary>
    public void WriteResult(FrameWriter frame)
    {
        frame.WriteInt((int)ResultKind.SchemaChange);
        Write(frame);
    }

    /// <summary>EVENT SCHEMA_CHANGE (§4.2.6).</summary>
    public void WriteEvent(FrameWriter frame)
    {
        frame.WriteString("SCHEMA_CHANGE");
        Write(frame);
    }

    private void Write(FrameWriter frame)
    {
        frame.WriteString(Change);
        frame.WriteString(Table is null ? "KEYSPACE" : "TABLE");
        frame.WriteString(Keyspace);
        if (Table is not null)
        {
            frame.WriteString(Table);
        }
    }
}
