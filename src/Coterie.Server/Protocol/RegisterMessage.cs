using Coterie.Model;

namespace Coterie.Server.Protocol;

/// <summary>The events that a client can ask for.</summary>
[Flags]
public enum EventTypes : byte
{
    None = 0,
    TopologyChange = 1,
    StatusChange = 2,
    SchemaChange = 4,
}

/// <summary>REGISTER (native protocol v4 §4.1.8): a [string list] of event types.</summary>
public static class RegisterMessage
{
    /// <exception cref="MalformedDataException">The list is broken, or names an event that does not exist.</exception>
    public static EventTypes Read(ref BodyReader reader)
    {
        var types = EventTypes.None;
        var count = reader.ReadCount(bytesEach: 2);
        for (var i = 0; i < count; i++)
        {
            var name = reader.ReadString();
            types |= name switch
            {
                "TOPOLOGY_CHANGE" => EventTypes.TopologyChange,
                "STATUS_CHANGE" => EventTypes.StatusChange,
                "SCHEMA_CHANGE" => EventTypes.SchemaChange,
                _ => throw new MalformedDataException($"Unknown event type {name}"),
            };
        }

        return types;
    }
}
